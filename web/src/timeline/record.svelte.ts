// What is recorded, and what happened: spans, gaps, events, alerts and bookmarks of the chosen cameras, for the view of
// the timeline and, finer, for the hours around the playhead.

import { agencies } from "../lib/agencies.svelte";
import { site } from "../lib/site.svelte";
import { api, ask, type Schemas } from "../api/client";
import { now } from "../lib/now.svelte";
import { sentence } from "../lib/problems";
import { holding, nextStart, width, type View } from "./view";

export type Reason = Schemas["GapReason"];
export type Mark = Schemas["MarkOut"];
export type Bookmark = Schemas["BookmarkOut"];

export interface Span {
  from: number;
  to: number;
  codec: string;
}

export interface Hole {
  from: number;
  /** Infinity: it goes on. */
  to: number;
  reason: Reason;
  count: number;
}

export interface Line {
  spans: Span[];
  holes: Hole[];
  until: number | null;
  /** When this was so. */
  asOf: number;
  role: "main" | "sub" | null;
}

const NEAR_MS = 3_600_000;
const PIXELS = 1600;
const FRESH_MS = 8000;

function emptyLine(): Line {
  return { spans: [], holes: [], until: null, asOf: now.exact(), role: null };
}

function lineOf(told: Schemas["TimelineOut"]): Line {
  return {
    spans: told.spans.map((one) => ({
      from: Date.parse(one.started_at),
      to: Date.parse(one.ended_at),
      codec: one.codec,
    })),
    holes: told.gaps.map((one) => ({
      from: Date.parse(one.started_at),
      to: one.ended_at ? Date.parse(one.ended_at) : Infinity,
      reason: one.reason,
      count: one.count,
    })),
    until: told.recorded_until ? Date.parse(told.recorded_until) : null,
    asOf: now.exact(),
    role: told.role ?? null,
  };
}

export class Recorded {
  lines = $state.raw<Map<string, Line>>(new Map());
  marks = $state.raw<Mark[]>([]);
  bookmarks = $state.raw<Bookmark[]>([]);
  more = $state(false);
  loading = $state(false);
  problem = $state("");
  private near = $state.raw<Map<string, Line>>(new Map());
  private nearAt = NaN;
  private flight: AbortController | null = null;
  private nearFlight: AbortController | null = null;
  /** What the lines were loaded for: a pan inside it needs nothing new. */
  private loaded: (View & { resolution: number; cameras: string }) | null = null;

  /** Load what a view shows, with half of it on either side. */
  async show(cameras: string[], view: View, anew = false): Promise<void> {
    const resolution = width(view) / PIXELS / 1000;
    const there = this.loaded;
    const fits =
      !anew &&
      there?.cameras === cameras.join() &&
      there.from <= view.from &&
      there.to >= view.to &&
      there.resolution <= resolution * 1.5 &&
      there.resolution >= resolution / 6;
    if (fits || !cameras.length) return;
    // The server tells 31 days at most.
    const margin = Math.min(width(view) / 2, 11 * 3_600_000);
    const from = view.from - margin;
    const to = view.to + margin;
    this.flight?.abort();
    const flight = new AbortController();
    this.flight = flight;
    this.loading = true;
    const query = { start: new Date(from).toISOString(), end: new Date(to).toISOString() };
    const signal = flight.signal;
    const [lines, marks, bookmarks] = await Promise.all([
      this.told(cameras, from, to, resolution, signal),
      ask(
        api.GET("/api/marks", {
          params: { query: { ...query, camera: cameras, resolution_s: resolution * 6 } },
          signal,
        }),
      ),
      ask(api.GET("/api/bookmarks", { params: { query: { ...query, camera: cameras } }, signal })),
    ]);
    if (flight !== this.flight) return;
    this.loading = false;
    if (lines) this.lines = lines;
    if (marks.kind === "ok") {
      this.marks = marks.data.marks;
      this.more = marks.data.more;
    }
    if (bookmarks.kind === "ok") this.bookmarks = bookmarks.data;
    this.loaded = lines ? { from, to, resolution, cameras: cameras.join() } : null;
  }

  /** Keep the fine knowledge around the playhead. */
  async around(cameras: string[], at: number, anew = false): Promise<void> {
    const fits = Math.abs(at - this.nearAt) < NEAR_MS / 2 && cameras.every((one) => this.near.has(one));
    if ((fits && !anew) || !cameras.length) return;
    this.nearAt = at;
    this.nearFlight?.abort();
    const flight = new AbortController();
    this.nearFlight = flight;
    const lines = await this.told(cameras, at - NEAR_MS, at + NEAR_MS, 0.3, flight.signal);
    if (flight !== this.nearFlight) return;
    // Without an answer nothing is known: what was known is of other hours.
    this.near = lines ?? new Map();
  }

  /** The lines of all cameras, in one question: a browser has few connections. Null: not told. */
  private async told(
    cameras: string[],
    from: number,
    to: number,
    resolution: number,
    signal: AbortSignal,
  ): Promise<Map<string, Line> | null> {
    const query = {
      start: new Date(from).toISOString(),
      end: new Date(to).toISOString(),
      camera: cameras,
      resolution_s: resolution,
    };
    const result = await ask(api.GET("/api/timelines", { params: { query }, signal }));
    if (result.kind === "error") this.problem = sentence(result);
    if (result.kind !== "ok") return null;
    this.problem = "";
    // A camera that is not there any more, and has left no footage, is not told of: its line is empty. Of another
    // agency's camera nothing may be told of the whole hour, and yet a part of it may be looked at: that is unknown.
    const ours = cameras.filter((one) => !agencies.of(site.camera(one)));
    const lines = new Map(ours.map((one) => [one, emptyLine()]));
    for (const one of result.data) lines.set(one.camera_id, lineOf(one));
    return lines;
  }

  /** What is known of a moment of a camera. */
  under(camera: string, at: number): { kind: "footage" | "unknown" } | { kind: "hole"; hole: Hole | null } {
    const line = this.near.get(camera);
    if (!line) return { kind: "unknown" };
    if (holding(line.spans, at)) return { kind: "footage" };
    const hole = holding(line.holes, at);
    if (hole) return { kind: "hole", hole };
    // What is only just recorded may not be told yet.
    if (at >= line.asOf - FRESH_MS) return { kind: "unknown" };
    return { kind: "hole", hole: null };
  }

  /** Where footage of a camera next begins; null: not in the hour that is known. */
  nextFootage(camera: string, at: number): number | null {
    return nextStart(this.near.get(camera)?.spans ?? [], at);
  }

  forgetBookmark(id: string): void {
    this.bookmarks = this.bookmarks.filter((one) => one.id !== id);
  }
}
