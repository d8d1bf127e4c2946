// Where the boxes of a clip are at a moment. Pure, so that it can be tested.

import type { Schemas } from "../api/client";

/** A track as the client gives it: each point is seconds after its start and the box's four numbers. */
export type Track = Omit<Schemas["TrackOut"], "path"> & { path: number[][] };
export type Box = [x1: number, y1: number, x2: number, y2: number];

/** A box is shown this long before it was first seen. */
const LEAD_S = 0.3;

export interface Drawn {
  track_id: number;
  label: string;
  box_norm: Box;
  path_norm: [number, number][];
}

/** The moment in ms that the clip shows: counted from its end, since it begins at a keyframe before its span. */
export function momentOf(endsAt: string, duration_s: number, position_s: number): number {
  return Date.parse(endsAt) - (duration_s - position_s) * 1000;
}

/** The track's box at `ms`, between the two boxes that were seen around it; null where it was not there. */
export function boxAt(track: Pick<Track, "started_at" | "path">, ms: number): Box | null {
  const at_s = (ms - Date.parse(track.started_at)) / 1000;
  const next = track.path.findIndex((point) => (point[0] ?? Infinity) >= at_s);
  const [end_s = 0, ...to] = track.path[next] ?? [];
  if (to.length !== 4) return null;
  const [begin_s, ...from] = track.path[next - 1] ?? [];
  if (begin_s === undefined) return end_s - at_s < LEAD_S ? (to as Box) : null;
  const share = (at_s - begin_s) / (end_s - begin_s || 1);
  return to.map((value, index) => (from[index] ?? value) + (value - (from[index] ?? value)) * share) as Box;
}
