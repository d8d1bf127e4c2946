// Zones and lines of cameras' rules: asked for once for each camera, and anew when its rules may have changed.

import { api, ask } from "../api/client";
import { feed } from "../lib/feed.svelte";
import { session } from "../lib/session.svelte";

/** Names with their points, in 0..1 of the picture. */
export interface Places {
  zones: Record<string, number[][]>;
  lines: Record<string, number[][]>;
}

const FRESH_MS = 60_000;
const known = $state<Record<string, Places>>({});
const askedAt = new Map<string, number>();

feed.on("camera.changed", () => askedAt.clear());
feed.on("rules.changed", () => askedAt.clear());
feed.on("reset", () => askedAt.clear());

/** What to draw over a camera's picture; null where it is not known (yet), or not allowed. */
export function placesOf(cameraId: string): Places | null {
  return known[cameraId] ?? null;
}

/** Have `placesOf` know this camera. */
export async function learnPlaces(cameraId: string): Promise<void> {
  if (!session.may("rules.read") || performance.now() - (askedAt.get(cameraId) ?? -Infinity) < FRESH_MS)
    return;
  askedAt.set(cameraId, performance.now());
  const path = { camera_id: cameraId };
  const result = await ask(api.GET("/api/cameras/{camera_id}/places", { params: { path } }));
  if (result.kind === "ok") known[cameraId] = result.data;
  else askedAt.delete(cameraId);
}
