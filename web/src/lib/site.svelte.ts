// The site: its name, its zone, its cameras, how they are. Kept current by the feed.

import { api, ask, type Schemas } from "../api/client";
import { feed } from "./feed.svelte";
import { now } from "./now.svelte";

export type Camera = Schemas["CameraOut"];
type SiteInfo = Schemas["SiteOut"];
type HubLink = Schemas["HubLinkOut"];

export interface StreamNews {
  camera_id: string;
  role: string;
  state: "connecting" | "online" | "offline";
  problem: string | null;
}

/** How a camera is, worst first. A shape, a colour and a word go with each: see ui/CameraState.svelte. */
export type CameraState = "offline" | "tampered" | "connecting" | "behind" | "recording" | "disabled";

let info = $state.raw<SiteInfo | null>(null);
let cameras = $state.raw<Camera[]>([]);
let loaded = $state(false);
let streams = $state.raw<Map<string, StreamNews[]>>(new Map());
let problems = $state.raw<string[]>([]);
let hub = $state.raw<HubLink | null>(null);
/** Cameras with an alert of tampering or of being behind that nobody has settled; told by the alerts' store. */
let tampered = $state.raw<Set<string>>(new Set());
let known = "";

feed.on("health", (told) => {
  const news = told as { streams: StreamNews[]; problems: string[]; hub?: HubLink | null };
  const byCamera = new Map<string, StreamNews[]>();
  for (const one of news.streams) byCamera.set(one.camera_id, [...(byCamera.get(one.camera_id) ?? []), one]);
  streams = byCamera;
  problems = news.problems;
  hub = news.hub ?? null;
  const ids = [...byCamera.keys()].sort().join();
  if (loaded && ids !== known) void site.loadCameras();
  known = ids;
});
feed.on("camera.changed", () => void site.loadCameras());
feed.on("reset", () => void site.loadCameras());

export const site = {
  get info(): SiteInfo | null {
    return info;
  },
  get timeZone(): string {
    return info?.time_zone ?? "America/Lima";
  },
  get cameras(): Camera[] {
    return cameras;
  },
  /** Whether the cameras have been loaded at least once: an empty list then means that there are none. */
  get loaded(): boolean {
    return loaded;
  },
  /** What is wrong right now, in words, worst first. */
  get problems(): string[] {
    return problems;
  },
  /** How this site stands with its hub; null: it has not joined one. */
  get hub(): HubLink | null {
    return hub;
  },
  camera(id: string): Camera | undefined {
    return cameras.find((one) => one.id === id);
  },
  cameraName(id: string): string {
    return site.camera(id)?.name ?? id;
  },
  stateOf(camera: Camera): CameraState {
    if (!camera.enabled) return "disabled";
    const news = streams.get(camera.id) ?? camera.health;
    if (!news.length) return "connecting";
    if (news.some((one) => one.state === "offline")) return "offline";
    if (news.some((one) => one.state === "connecting")) return "connecting";
    return tampered.has(camera.id) ? "tampered" : "recording";
  },
  problemOf(cameraId: string): string | null {
    return streams.get(cameraId)?.find((one) => one.problem)?.problem ?? null;
  },
  setTampered(ids: Iterable<string>): void {
    tampered = new Set(ids);
  },
  async load(): Promise<void> {
    const result = await ask(api.GET("/api/site"));
    if (result.kind === "ok") {
      info = result.data;
      now.learn(info.now);
      localStorage.setItem("veedor.hub", info.is_hub ? "yes" : "no");
    }
    await site.loadCameras();
  },
  async loadCameras(): Promise<void> {
    const result = await ask(api.GET("/api/cameras"));
    if (result.kind === "ok") {
      cameras = result.data;
      loaded = true;
    }
  },
};
