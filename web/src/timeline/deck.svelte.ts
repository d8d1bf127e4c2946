// The one clock that all pictures follow. It stands still while a camera that has footage there is still loading, but
// never longer than a few seconds: one bad camera does not hold up the others.

import { now } from "../lib/now.svelte";
import { BASE_MS, type Reel } from "./reel";
import type { Recorded } from "./record.svelte";
import { SPEEDS } from "./view";

const PATIENCE_MS = 4000;
const EDGE_MS = 1500;
const LEAP_MS = 3000;

interface Seat {
  reel: Reel;
  /** Since when the clock has been waiting for it; 0: it does not. */
  waitsSince: number;
}

export class Deck {
  /** The moment under the playhead, ms; renewed some ten times a second while it moves. */
  at = $state(0);
  playing = $state(false);
  speed = $state(1);
  /** The clock stands because pictures are still on their way. */
  waiting = $state(false);
  /** Grows ten times a second, also while the clock stands: for what must be looked at again. */
  beat = $state(0);
  private exact = 0;
  private last = 0;
  private told = 0;
  private frame = 0;
  private seats = new Map<string, Seat>();
  private sought: { at: number; since: number } | null = null;

  constructor(private readonly recorded: Recorded) {}

  get position(): number {
    return this.exact;
  }

  start(at: number): void {
    this.exact = at;
    this.at = at;
    this.last = performance.now();
    const tick = () => {
      this.tick();
      this.frame = requestAnimationFrame(tick);
    };
    this.frame = requestAnimationFrame(tick);
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
  }

  join(camera: string, reel: Reel, video: HTMLVideoElement): () => void {
    this.seats.set(camera, { reel, waitsSince: 0 });
    const shown = (_now: number, frame: VideoFrameCallbackMetadata) => {
      this.measure(BASE_MS + frame.mediaTime * 1000);
      if (this.seats.get(camera)?.reel === reel) video.requestVideoFrameCallback(shown);
    };
    video.requestVideoFrameCallback(shown);
    return () => {
      if (this.seats.get(camera)?.reel === reel) this.seats.delete(camera);
      reel.close();
    };
  }

  seek(at: number): void {
    this.exact = Math.min(at, now.exact());
    this.at = this.exact;
    this.sought = { at: this.exact, since: performance.now() };
    for (const seat of this.seats.values()) {
      seat.waitsSince = 0;
      seat.reel.seek(this.exact);
    }
  }

  toggle(): void {
    this.playing = !this.playing;
  }

  faster(by: number): void {
    const place = SPEEDS.findIndex((one) => one === this.speed) + by;
    this.speed = SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, place))] ?? 1;
  }

  /** To the next picture of a camera, or the one before; and stand. */
  step(camera: string, forwards: boolean): void {
    this.playing = false;
    const to = this.seats.get(camera)?.reel.neighbour(this.exact, forwards);
    if (to !== null && to !== undefined) this.seek(to);
  }

  private tick(): void {
    const at = performance.now();
    // Pictures go on while this computer is busy, and so does the clock; it does not leap when a laptop wakes up.
    const passed = Math.min(at - this.last, LEAP_MS);
    this.last = at;
    const held = this.hold(at);
    if (this.playing && !held) {
      this.exact += passed * this.speed;
      const end = now.exact() - EDGE_MS;
      if (this.exact > end) this.exact = Math.max(end, this.exact - passed * this.speed);
    }
    for (const [camera, seat] of this.seats) {
      const under = this.recorded.under(camera, this.exact);
      if (under.kind === "hole") {
        const next = this.recorded.nextFootage(camera, this.exact);
        if (next !== null) seat.reel.skipTo(next);
      }
      const wanted =
        under.kind !== "hole" ||
        (this.recorded.nextFootage(camera, this.exact) ?? Infinity) - this.exact < 20_000 * this.speed;
      seat.reel.follow(this.exact, this.playing && !held, this.speed, wanted);
    }
    if (at - this.told > 90) {
      this.told = at;
      this.beat += 1;
      if (this.at !== this.exact) this.at = this.exact;
      if (this.waiting !== held) this.waiting = held;
    }
  }

  /** Whether the clock must wait for somebody. */
  private hold(at: number): boolean {
    let held = false;
    for (const [camera, seat] of this.seats) {
      const ready = seat.reel.has(this.exact) || this.recorded.under(camera, this.exact).kind === "hole";
      if (ready) seat.waitsSince = 0;
      else {
        seat.waitsSince ||= at;
        if (at - seat.waitsSince < PATIENCE_MS) held = true;
      }
    }
    return held;
  }

  /** From a seek to its first picture: `performance.getEntriesByName("playback-first-frame")`. */
  private measure(shownMs: number): void {
    const sought = this.sought;
    if (!sought || Math.abs(shownMs - sought.at) > 2500) return;
    this.sought = null;
    performance.measure("playback-first-frame", { start: sought.since, end: performance.now() });
  }
}
