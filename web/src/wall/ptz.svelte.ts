// Turning cameras. A motion goes on only while the page says so several times a second: the server stops it otherwise.

import { purpose } from "../lib/purpose.svelte";
import { api, ask, type Schemas } from "../api/client";
import { feed } from "../lib/feed.svelte";
import { t } from "../lib/i18n.svelte";
import { orTell } from "../lib/problems";
import type { Camera } from "../lib/site.svelte";

export type Holder = { user_id: string; name: string };
export type Preset = Schemas["PresetOut"];
export type Velocity = [pan: number, tilt: number, zoom: number];

const RENEW_MS = 300;

let holders = $state.raw<Record<string, Holder | null>>({});
let available = $state.raw<Record<string, boolean>>({});
let problems = $state.raw<Record<string, string | null>>({});
const asked = new Set<string>();

feed.on("ptz.changed", (told) => {
  const { camera_id, holder } = told as { camera_id: string; holder: Holder | null };
  holders = { ...holders, [camera_id]: holder };
});
feed.on("camera.changed", () => asked.clear());
feed.on("reset", () => asked.clear());

export const ptz = {
  /** Whether a camera may have a motor at all: only those are asked. */
  possible: (camera: Camera): boolean => camera.kind === "onvif" || camera.onvif_port !== null,
  can: (cameraId: string): boolean => available[cameraId] ?? false,
  /** Who steers it now. */
  holder: (cameraId: string): Holder | null => holders[cameraId] ?? null,
  problem: (cameraId: string): string | null => problems[cameraId] ?? null,
  async learn(camera: Camera, again = false): Promise<void> {
    if (!ptz.possible(camera) || (asked.has(camera.id) && !again)) return;
    asked.add(camera.id);
    const path = { camera_id: camera.id };
    const result = await ask(api.GET("/api/cameras/{camera_id}/ptz", { params: { path } }));
    if (result.kind !== "ok") {
      asked.delete(camera.id);
      return;
    }
    available = { ...available, [camera.id]: result.data.available };
    holders = { ...holders, [camera.id]: result.data.holder };
    problems = { ...problems, [camera.id]: result.data.problem };
  },
  async presets(cameraId: string): Promise<Preset[]> {
    const path = { camera_id: cameraId };
    return orTell(await ask(api.GET("/api/cameras/{camera_id}/ptz/presets", { params: { path } }))) ?? [];
  },
  async goTo(cameraId: string, token: string): Promise<void> {
    const params = { path: { camera_id: cameraId, token } };
    const route = "/api/cameras/{camera_id}/ptz/presets/{token}/goto";
    orTell(await ask(api.POST(route, { params })));
  },
  /** Keep where the camera looks, in place of the preset `token` where one is given. */
  async savePreset(cameraId: string, name: string, token: string | null): Promise<Preset | null> {
    const path = { camera_id: cameraId };
    const route = "/api/cameras/{camera_id}/ptz/presets";
    return orTell(await ask(api.POST(route, { params: { path }, body: { name, token } })));
  },
  async removePreset(cameraId: string, token: string): Promise<boolean> {
    const params = { path: { camera_id: cameraId, token } };
    const done = await ask(api.DELETE("/api/cameras/{camera_id}/ptz/presets/{token}", { params }));
    orTell(done);
    return done.kind === "ok";
  },
};

/** One person's hand on one camera: from `new` to `end`. */
export class Steering {
  /** Why the camera does not follow, in words; "" while it does. */
  refused = $state("");
  steering = $state(false);
  moving = $state.raw<Velocity | null>(null);
  private socket: WebSocket | null = null;
  private timer = 0;

  constructor(private readonly cameraId: string) {}

  move(velocity: Velocity): void {
    this.moving = velocity;
    this.refused = "";
    this.send();
    clearInterval(this.timer);
    this.timer = window.setInterval(() => this.send(), RENEW_MS);
  }

  stop(): void {
    if (!this.moving) return;
    clearInterval(this.timer);
    this.moving = null;
    this.say({ move: [0, 0, 0] });
  }

  end(): void {
    this.stop();
    if (this.steering) this.say({ release: true });
    this.socket?.close();
    this.socket = null;
  }

  private send(): void {
    if (this.moving) this.say({ move: this.moving });
  }

  private say(message: object): void {
    const socket = this.socket ?? this.connect();
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  }

  private connect(): WebSocket {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const path = `/api/cameras/${encodeURIComponent(this.cameraId)}/ptz/steer?${new URLSearchParams(purpose.query())}`;
    const socket = new WebSocket(`${scheme}://${location.host}${path}`);
    this.socket = socket;
    socket.onopen = () => this.send();
    socket.onmessage = (event: MessageEvent<string>) => {
      const told = JSON.parse(event.data) as { type: string; message?: string };
      this.steering = told.type === "steering";
      if (this.steering) return;
      this.refused = told.message ?? "";
      clearInterval(this.timer);
      this.moving = null;
    };
    socket.onclose = () => {
      if (socket !== this.socket) return;
      this.socket = null;
      this.steering = false;
      if (!this.moving) return;
      clearInterval(this.timer);
      this.moving = null;
      this.refused = t("wall-ptz-lost");
    };
    return socket;
  }
}
