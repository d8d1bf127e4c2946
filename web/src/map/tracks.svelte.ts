// Where the objects of calibrated cameras are on the ground, and have been in the last seconds. Only the docked cameras
// are asked, twice a second, and only while the page is seen: each question is an entry in the audit.

import { api, ask } from "../api/client";
import { session } from "../lib/session.svelte";
import type { Camera } from "../lib/site.svelte";
import { views } from "../lib/views.svelte";
import { ground, type Place } from "./geo";
import type { Mover } from "./features";

const EVERY_MS = 500;
const TRAIL_MS = 8000;
const GONE_MS = 2500;

interface Step {
  at: number;
  place: Place;
}

const paths = new Map<string, Step[]>();
let movers = $state.raw<Mover[]>([]);

export const tracked = {
  get movers(): Mover[] {
    return movers;
  },
};

export const canTrack = (camera: Camera): boolean =>
  camera.calibration !== null &&
  !camera.calibration.stale &&
  views.isTrusted(camera.id) &&
  session.may("track.read");

async function askOne(camera: Camera): Promise<void> {
  const calibration = camera.calibration;
  if (!calibration) return;
  const result = await ask(
    api.GET("/api/cameras/{camera_id}/tracks/live", { params: { path: { camera_id: camera.id } } }),
  );
  if (result.kind !== "ok") return;
  const now = performance.now();
  for (const one of result.data.tracks) {
    const [left = 0, , right = 0, bottom = 0] = one.box_norm;
    // An object stands where its box ends below.
    const place = ground(calibration, (left + right) / 2, bottom);
    if (!place) continue;
    const key = `${camera.id} ${one.track_id}`;
    paths.set(key, [...(paths.get(key) ?? []), { at: now, place }]);
  }
}

function age(): void {
  const now = performance.now();
  for (const [key, steps] of paths) {
    const last = steps.at(-1);
    if (!last || now - last.at > GONE_MS) paths.delete(key);
    else paths.set(key, steps.filter((step) => now - step.at < TRAIL_MS)); // prettier-ignore
  }
  if (paths.size || movers.length)
    movers = [...paths].map(([key, steps]) => ({ key, path: steps.map((step) => step.place) }));
}

/** Follow the tracks of these cameras; returns how to stop. */
export function follow(cameras: Camera[]): () => void {
  const asked = cameras.filter(canTrack);
  let busy = false;
  const step = async (): Promise<void> => {
    if (busy || document.hidden) return;
    busy = true;
    await Promise.all(asked.map(askOne));
    busy = false;
    age();
  };
  if (!asked.length) {
    paths.clear();
    movers = [];
    return () => undefined;
  }
  void step();
  const timer = setInterval(() => void step(), EVERY_MS);
  return () => clearInterval(timer);
}
