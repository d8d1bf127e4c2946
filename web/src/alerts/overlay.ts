// Where the boxes of a clip are at a moment. Pure, so that it can be tested.

import type { Schemas } from "../api/client";

type Track = Schemas["TrackOut"];
export type Box = [x1: number, y1: number, x2: number, y2: number];

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
  const next = track.path.findIndex((point) => point[0] >= at_s);
  const after = track.path[next];
  if (!after) return null;
  const before = track.path[next - 1];
  if (!before) return after[0] - at_s < 0.3 ? [after[1], after[2], after[3], after[4]] : null;
  const share = (at_s - before[0]) / (after[0] - before[0] || 1);
  const between = (index: 1 | 2 | 3 | 4): number => before[index] + (after[index] - before[index]) * share;
  return [between(1), between(2), between(3), between(4)];
}
