// Recorded pictures of one camera: pieces of footage are fetched ahead of the clock into a source buffer whose times
// are wall times. The clock is the deck's (deck.svelte.ts); this follows it, and says when it cannot.

import type { Refusal } from "../lib/purpose.svelte";
import { loggedOut, mediaUrl } from "../api/client";
import { agencies } from "../lib/agencies.svelte";
import { approvals } from "../lib/approvals.svelte";
import { t } from "../lib/i18n.svelte";
import { now } from "../lib/now.svelte";
import { BoxReader, type Fragment } from "./boxes";
import { correction, KEYFRAMES_ABOVE } from "./view";

export interface ReelNote {
  role: "main" | "sub";
  codec: string;
  substitute: boolean;
  copy: boolean;
}

interface Told extends ReelNote {
  at: string;
  until: string;
}

const AHEAD_S = 12;
const BEHIND_S = 20;
const RETRY_MS = 2500;
const HEVC = 'video/mp4; codecs="hvc1.1.6.L93.B0"';
const PLAYS_HEVC = MediaSource.isTypeSupported(HEVC);
/** Times of the source buffers count from here: constant, so that a seek needs no new one. */
export const BASE_MS = Date.now() - 400 * 86_400_000;

export interface ReelEvents {
  onnote: (note: ReelNote) => void;
  /** Why there is no picture where there should be one; "" when there is again. */
  /** `refused`: the server does not let this person see it, and why. */
  onproblem: (words: string, refused?: Refusal) => void;
}

export class Reel {
  private source: MediaSource | null = null;
  private buffer: SourceBuffer | null = null;
  private url = "";
  private queue: { fragment: Fragment; offset: number }[] = [];
  private flight: AbortController | null = null;
  private edge = ""; // where the next piece begins, as the server told it
  private edgeMs = NaN;
  private pausedUntil = 0;
  private keyframes = false;
  private mime = "";
  private times: number[] = []; // wall times of the pictures in the buffer, ms
  private clearing = false;
  private dead = false;
  prefer: "main" | "sub" = "main";

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly cameraId: string,
    private readonly events: ReelEvents,
  ) {
    video.dataset.base = String(BASE_MS);
  }

  /** Another purpose was stated: ask again now. */
  retryNow(): void {
    this.pausedUntil = 0;
  }

  close(): void {
    this.dead = true;
    this.flight?.abort();
    this.drop();
  }

  /** Whether the picture of a moment is in the buffer. */
  has(at: number): boolean {
    return this.spot(at) !== null;
  }

  /** Where in the video a moment is; null: not in the buffer. One just before a range is at its beginning: a video
   * that is sent where it has nothing waits there for ever. */
  private spot(at: number): number | null {
    const ranges = this.buffer && !this.clearing ? this.video.buffered : null;
    const want = (at - BASE_MS) / 1000;
    for (let index = 0; ranges && index < ranges.length; index += 1) {
      const start = ranges.start(index);
      if (start - 0.06 <= want && want < ranges.end(index)) return Math.max(want, start + 0.001);
    }
    return null;
  }

  /** Up to when what comes next is known; NaN before anything is. */
  get knownUntil(): number {
    return this.edgeMs;
  }

  /** A moment inside the picture after, or before, the one shown at `at`; null: not known. */
  neighbour(at: number, forwards: boolean): number | null {
    // A picture is shown from its time on; a millisecond inside it, no rounding shows another.
    if (forwards) {
      const next = this.times.find((one) => one > at + 0.5);
      return next === undefined ? null : next + 1;
    }
    const shown = this.times.findLast((one) => one <= at + 0.5);
    if (shown === undefined) return null;
    const before = this.times.findLast((one) => one < shown - 0.5);
    return before === undefined ? shown - 1 : before + 1;
  }

  /** Go elsewhere: what is in flight is given up. */
  seek(at: number): void {
    this.pausedUntil = 0;
    this.events.onproblem("");
    if (this.has(at)) return;
    this.restart(at);
  }

  private restart(at: number): void {
    this.flight?.abort();
    this.flight = null;
    this.queue = [];
    this.times = [];
    this.edge = new Date(Math.floor(at)).toISOString();
    this.edgeMs = at;
    this.clearing = this.buffer !== null;
    this.pump();
  }

  /** Several times a second: keep the picture with the clock, and footage ahead of it. */
  follow(at: number, playing: boolean, speed: number, wanted: boolean): void {
    if (this.dead) return;
    const keyframes = speed > KEYFRAMES_ABOVE;
    if (keyframes !== this.keyframes) {
      this.keyframes = keyframes;
      this.restart(at);
    }
    if (Number.isNaN(this.edgeMs) || at < this.edgeMs - 3_600_000) this.restart(at);
    if (wanted) this.fetchAhead(at, playing, speed);
    this.keepStep(at, playing, speed);
  }

  /** Nothing is recorded before `at`: look for more from there. */
  skipTo(at: number): void {
    if (this.flight || at <= this.edgeMs) return;
    this.edge = new Date(Math.floor(at)).toISOString();
    this.edgeMs = at;
  }

  private keepStep(at: number, playing: boolean, speed: number): void {
    const { video } = this;
    const want = this.spot(at);
    if (want === null) {
      if (!video.paused) video.pause();
      return;
    }
    const drift = video.currentTime - want;
    if (!playing) {
      if (!video.paused) video.pause();
      if (!video.seeking && Math.abs(drift) > 0.002) video.currentTime = want;
      return;
    }
    const { rate, jump } = correction(drift, speed);
    if (jump && !video.seeking) video.currentTime = want + 0.02 * speed;
    if (video.playbackRate !== rate) video.playbackRate = rate;
    if (video.paused) void video.play().catch(() => undefined);
  }

  private fetchAhead(at: number, playing: boolean, speed: number): void {
    if (this.flight || this.clearing || performance.now() < this.pausedUntil) return;
    const ahead = AHEAD_S * 1000 * Math.max(1, speed);
    if (this.edgeMs - at > ahead || this.queue.length > 200) return;
    if (this.edgeMs < at - 5000 && !this.has(at)) {
      this.restart(at);
      return;
    }
    const length = this.keyframes ? 240 : !playing ? 10 : speed > 1 ? 60 : 30;
    void this.fetch(this.edge, this.edgeMs + length * 1000);
  }

  private async fetch(start: string, endMs: number): Promise<void> {
    const flight = new AbortController();
    this.flight = flight;
    // What a second person agreed to is a span, and so is what was granted once: no question reaches beyond them.
    const agreed = approvals.held("playback", this.cameraId, [exactMs(start), exactMs(start) + 1]);
    const limit = Math.min(
      agreed?.end ? Date.parse(agreed.end) : Infinity,
      agencies.footageEnd(this.cameraId, exactMs(start)),
    );
    endMs = Math.min(endMs, limit);
    const query: Record<string, string> = {
      start,
      end: new Date(endMs === limit ? endMs : Math.ceil(endMs)).toISOString(),
      prefer: this.prefer,
      ...(agreed && { approval: agreed.id }),
    };
    if (this.keyframes) query.keyframes = "true";
    if (PLAYS_HEVC) query.hevc = "true";
    try {
      const answer = await fetch(mediaUrl(["cameras", this.cameraId, "play.mp4"], query), {
        signal: flight.signal,
        priority: "high", // before what the timeline asks for
      });
      if (flight !== this.flight) return;
      if (answer.ok) await this.read(answer, flight, start);
      else await this.refused(answer, endMs);
    } catch (problem) {
      if (flight.signal.aborted) return;
      this.wait(problem instanceof TypeError ? t("app-no-connection") : String(problem));
    } finally {
      if (flight === this.flight) this.flight = null;
    }
  }

  private async read(answer: Response, flight: AbortController, start: string): Promise<void> {
    const told = JSON.parse(answer.headers.get("x-veedor-play") ?? "{}") as Told;
    this.begin(answer.headers.get("content-type") ?? "");
    this.events.onnote(told);
    this.events.onproblem("");
    const zeroMs = exactMs(told.at);
    const reader = answer.body?.getReader();
    const boxes = new BoxReader();
    while (reader) {
      const { done, value } = await reader.read();
      if (flight !== this.flight) {
        void reader.cancel();
        return;
      }
      if (done) break;
      for (const fragment of boxes.push(value)) {
        this.queue.push({ fragment, offset: (zeroMs - BASE_MS) / 1000 });
        this.remember(fragment.times.map((one) => zeroMs + one * 1000));
      }
      this.pump();
    }
    const until = exactMs(told.until);
    // At the end of what is recorded so far: ask again in a while.
    if (until <= exactMs(start) + 1 || until <= this.edgeMs) this.pausedUntil = performance.now() + 1000;
    this.edge = told.until;
    this.edgeMs = until;
  }

  private remember(times: number[]): void {
    const last = this.times.at(-1) ?? -Infinity;
    if ((times[0] ?? Infinity) > last) this.times.push(...times);
    else this.times = [...new Set([...this.times, ...times])].sort((a, b) => a - b);
    if (this.times.length > 20_000) this.times = this.times.slice(-15_000);
  }

  private async refused(answer: Response, endMs: number): Promise<void> {
    if (answer.status === 404 && endMs > now.exact() - 3000) {
      this.pausedUntil = performance.now() + RETRY_MS; // not recorded yet
      return;
    }
    if (answer.status === 404) {
      this.edge = new Date(Math.ceil(endMs)).toISOString();
      this.edgeMs = endMs;
      this.pausedUntil = performance.now() + 300;
      return;
    }
    if (answer.status === 401) loggedOut.dispatchEvent(new Event("now"));
    const said = (await answer.json().catch(() => ({}))) as {
      message?: string;
      hint?: string | null;
      reason?: string;
    };
    this.wait([said.message ?? `HTTP ${answer.status}`, said.hint].filter(Boolean).join(". "), {
      status: answer.status,
      message: said.message ?? "",
      reason: said.reason ?? "",
    });
  }

  private wait(words: string, answer?: Refusal & { status: number }): void {
    this.pausedUntil = performance.now() + RETRY_MS;
    this.events.onproblem(words, answer?.status === 403 ? answer : undefined);
  }

  private begin(mime: string): void {
    const codec = /avc1|hvc1/.exec(mime)?.[0] ?? mime;
    if (this.source && codec === this.mime) return;
    this.drop();
    this.mime = codec;
    const source = new MediaSource();
    this.source = source;
    this.url = URL.createObjectURL(source);
    this.video.src = this.url;
    source.addEventListener(
      "sourceopen",
      () => {
        if (source !== this.source) return;
        source.duration = 1e9; // so that every moment can be sought
        this.buffer = source.addSourceBuffer(mime);
        this.buffer.mode = "segments";
        this.buffer.addEventListener("updateend", () => this.pump());
        this.pump();
      },
      { once: true },
    );
  }

  private drop(): void {
    this.buffer = null;
    this.source = null;
    this.queue = [];
    this.clearing = false;
    if (!this.url) return;
    URL.revokeObjectURL(this.url);
    this.url = "";
    this.video.removeAttribute("src");
    this.video.load();
  }

  private pump(): void {
    const { buffer, video } = this;
    if (!buffer || buffer.updating) return;
    try {
      if (this.clearing) {
        this.clearing = false;
        if (buffer.buffered.length) {
          buffer.remove(0, Infinity);
          return;
        }
      }
      const next = this.queue.shift();
      if (next) {
        if (buffer.timestampOffset !== next.offset) buffer.timestampOffset = next.offset;
        try {
          buffer.appendBuffer(next.fragment.data);
        } catch (problem) {
          if (!(problem instanceof DOMException) || problem.name !== "QuotaExceededError") throw problem;
          // Room for what comes, and then once more.
          this.queue.unshift(next);
          buffer.remove(0, Math.max(0.001, video.currentTime - 2));
        }
        return;
      }
      const keep = BEHIND_S * Math.max(1, video.playbackRate);
      const first = buffer.buffered.length ? buffer.buffered.start(0) : NaN;
      if (video.currentTime - first > keep * 2 && this.has(BASE_MS + video.currentTime * 1000))
        buffer.remove(0, video.currentTime - keep);
    } catch {
      // A buffer that fails once stays broken: begin anew.
      const at = BASE_MS + video.currentTime * 1000;
      this.drop();
      this.mime = "";
      this.restart(at);
      this.pausedUntil = performance.now() + RETRY_MS;
    }
  }
}

/** ISO 8601 with microseconds as ms with fractions: Date.parse drops them. */
export function exactMs(iso: string): number {
  const micros = /\.(\d{3})(\d{1,3})/.exec(iso)?.[2] ?? "";
  return Date.parse(iso) + Number(`0.${micros || "0"}`);
}
