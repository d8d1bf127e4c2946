// What second looks turned down, as the list shows it. Pure, so that it can be tested.

import { beside as inList } from "../lib/beside";
import type { Schemas } from "../api/client";

export type TurnedDown = Schemas["TurnedDownOut"];
export type LookCounts = Schemas["LookCountsOut"];
/** Days back that can be asked for: the site tells at most 31 at once. */
export const SPANS = [1, 7, 30] as const;
export const MOST = 200;
const BEFORE_MS = 5_000;
const AFTER_MS = 5_000;
const LONGEST_MS = 60_000;

/** The stretch of footage that shows one: from before it began to after it was complete, a minute at most. */
export function clipSpan(one: Pick<TurnedDown, "started_at" | "completed_at">): {
  start: string;
  end: string;
} {
  const end = Date.parse(one.completed_at) + AFTER_MS;
  const start = Math.max(Date.parse(one.started_at) - BEFORE_MS, end - LONGEST_MS);
  return { start: new Date(start).toISOString(), end: new Date(end).toISOString() };
}

/** The one after (or before) the chosen one; the first where none is. */
export function beside(found: readonly TurnedDown[], id: string, step: 1 | -1): TurnedDown | undefined {
  return inList(found, (one) => one.event_id === id, step);
}

/** How second looks ended for the rule of one. */
export function countsOf(counts: readonly LookCounts[], one: TurnedDown): LookCounts | undefined {
  return counts.find((other) => other.camera_id === one.camera_id && other.rule === one.rule);
}
