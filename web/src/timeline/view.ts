// Arithmetic of the timeline: which time is where, how far one may zoom, what lies under the playhead. All in ms.

export interface View {
  from: number;
  to: number;
}

export interface Stretch {
  from: number;
  to: number;
}

export const SHORTEST_MS = 10_000;
export const LONGEST_MS = 30 * 86_400_000;

export function width(view: View): number {
  return view.to - view.from;
}

/** Pixel of a moment in a view that is `pixels` wide. */
export function pixel(view: View, at: number, pixels: number): number {
  return ((at - view.from) / width(view)) * pixels;
}

export function moment(view: View, x: number, pixels: number): number {
  return view.from + (x / pixels) * width(view);
}

/** Zoom by `factor` (below 1: nearer) with `around` staying where it is; between 10 s and 30 days, never far beyond now. */
export function zoomed(view: View, factor: number, around: number, now: number): View {
  const span = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, width(view) * factor));
  const share = (around - view.from) / width(view);
  return kept({ from: around - span * share, to: around + span * (1 - share) }, now);
}

export function panned(view: View, by: number, now: number): View {
  return kept({ from: view.from + by, to: view.to + by }, now);
}

/** A quarter of the view at most lies in the future: there is nothing to see. */
function kept(view: View, now: number): View {
  const over = view.to - (now + width(view) / 4);
  return over > 0 ? { from: view.from - over, to: view.to - over } : view;
}

/** The view of the same width in which `at` lies, moved only where it must be; `at` then stands at a tenth. */
export function following(view: View, at: number): View {
  if (at >= view.from && at <= view.to) return view;
  const from = at - width(view) / 10;
  return { from, to: from + width(view) };
}

const STEPS_S = [
  1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
];

/** How far apart marks on the axis stand, in ms, so that there are about `pixels / 110` of them. */
export function stepFor(view: View, pixels: number): number {
  const wanted = (width(view) / Math.max(1, pixels / 110)) as number;
  return 1000 * (STEPS_S.find((one) => one * 1000 >= wanted) ?? 604_800);
}

/** Moments of the axis: multiples of the step in the site's own zone, `offset` ms ahead of UTC. */
export function ticks(view: View, step: number, offset: number): number[] {
  const found: number[] = [];
  for (let at = Math.ceil((view.from + offset) / step) * step - offset; at <= view.to; at += step)
    found.push(at);
  return found;
}

/** The stretch that holds `at`. `sorted` by its start. */
export function holding<T extends Stretch>(sorted: T[], at: number): T | undefined {
  return sorted.find((one) => one.from <= at && at < one.to);
}

/** Where footage next begins after `at`; null: nowhere that is known. */
export function nextStart(sorted: Stretch[], at: number): number | null {
  return sorted.find((one) => one.from > at)?.from ?? null;
}

export type Side = "in" | "out";

/** The two ends of a piece that is cut out, ms; null: not set. */
export interface Marks {
  in: number | null;
  out: number | null;
}

/** The marks with one set anew, ms; the other goes where the piece would end before it begins. */
export function marked(marks: Marks, side: Side, at: number): Marks {
  const next = { ...marks, [side]: at };
  if (next.in !== null && next.out !== null && next.out <= next.in) next[side === "in" ? "out" : "in"] = null;
  return next;
}

/** Speeds, slowest first. Above 4 times keyframes alone are played. */
export const SPEEDS = [0.125, 0.25, 0.5, 1, 2, 4, 8, 16] as const;
export const KEYFRAMES_ABOVE = 4;

export function speedName(speed: number): string {
  return speed < 1 ? `1/${1 / speed}×` : `${speed}×`;
}

/** How to bring a picture back in step: a rate for the video, or a jump. `drift_s`: ahead of the clock, in media time. */
export function correction(drift_s: number, speed: number): { rate: number; jump: boolean } {
  // At 16 times, 80 ms of the clock on the wall are 1.3 s of footage.
  const drift = drift_s / Math.max(1, speed);
  if (Math.abs(drift) > 0.3) return { rate: speed, jump: true };
  if (Math.abs(drift) < 0.015) return { rate: speed, jump: false };
  const share = Math.min(0.25, Math.max(-0.25, drift * 3));
  return { rate: Math.min(16, Math.max(0.0625, speed * (1 - share))), jump: false };
}
