// Live pictures of one stream: fragmented MP4 over a WebSocket into Media Source Extensions.
//
// It knows when it is not live, and says so: a frozen picture is never passed off as a live one. "Shown" is what the
// browser says it has shown (requestVideoFrameCallback), not what it has received.

import { approvals } from "../lib/approvals.svelte";
import { purpose } from "../lib/purpose.svelte";

export type StreamRole = "main" | "sub";

export type PlayerState =
  | { kind: "connecting" }
  | { kind: "live"; delay_s: number }
  /** No new picture for `age_s` seconds; the last one is still on the screen. */
  | { kind: "stale"; age_s: number }
  | { kind: "none"; age_s: number; problem: string }
  /** The browser cannot play this codec. */
  | { kind: "unsupported"; mime: string };

export interface LiveTrack {
  track_id: string;
  class: string;
  box_norm: [number, number, number, number];
  observed?: boolean;
}

const STALE_S = 2;
const KEEP_S = 15;
const BEHIND_S = 1.5;
const QUEUE_MAX = 600;
const LOOK_MS = 250;
const RETRY_MS = [500, 1000, 2000, 4000, 8000];
const CLOSED_NOT_ALLOWED = 4401;
/** How far behind the newest picture playback runs: as little as the line's jitter allows. */
const CUSHION_S = { least: 0.04, most: 0.16, step: 0.03, shrink_per_s: 0.01 };
/** Until it has been seen how far keyframes are apart, and at most, where nothing else is sent. */
const KEYFRAMES_S = { unknown: 4, most: 15 };
/** Told to drop so often within so many seconds: the line is too slow for this stream. */
const SLOW = { times: 3, within_s: 20 };

export interface PlayerEvents {
  onstate: (state: PlayerState) => void;
  /** The login has ended or the right was withdrawn. */
  onrefused: () => void;
  /** The connection was not even opened: no network, or the server refuses (a handshake's answer is hidden from us). */
  onclosed?: () => void;
  /** Capture time of the newest fragment, about once a second. */
  ontime?: (capturedAtMs: number) => void;
  /** Pictures that the server has left out for us so far, because we were too slow. */
  ondropped?: (count: number) => void;
  /** Whether the line of the camera's site has room for keyframes alone. */
  onkeyframes?: (only: boolean) => void;
  /** The line cannot carry this stream. */
  onslow?: () => void;
  /** Tracks of the newest analysed picture; empty when they have become old. */
  ontracks?: (tracks: LiveTrack[]) => void;
  /** False while nobody is logged in: then nothing is asked for. */
  may?: () => boolean;
}

export class LivePlayer {
  private socket: WebSocket | null = null;
  private source: MediaSource | null = null;
  private buffer: SourceBuffer | null = null;
  private queue: ArrayBuffer[] = [];
  private url = "";
  private retry = 0;
  private timer = 0;
  private failures = 0;
  private problem = "";
  private mime = "";
  private unsupported = false;
  private frames = 0;
  private frameCallback = 0;
  private lastFrameAt: number | null = null;
  private startedAt = performance.now();
  private behind_s = 0;
  private transit_s: number | null = null;
  private wanted = false;
  private dropped = 0;
  /** Seconds between two pictures where only keyframes come; 0: all come. */
  private apart_s = 0;
  private capturedAt = 0;
  private slowAt: number[] = [];
  private cushion_s = CUSHION_S.least;
  private tracksWanted = false;
  private tracksAt = 0;
  private readonly onwaiting = () => this.hungry();

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly cameraId: string,
    private readonly role: StreamRole,
    private readonly events: PlayerEvents,
  ) {}

  start(): void {
    if (this.wanted || this.unsupported) return;
    this.wanted = true;
    this.startedAt = performance.now();
    this.lastFrameAt = null;
    this.problem = "";
    this.failures = 0;
    this.video.addEventListener("waiting", this.onwaiting);
    this.timer = window.setInterval(() => this.look(), LOOK_MS);
    this.connect();
    this.look();
  }

  /** End it, and take the picture away: what stays on a screen must be live. */
  stop(): void {
    this.wanted = false;
    clearTimeout(this.retry);
    clearInterval(this.timer);
    this.video.removeEventListener("waiting", this.onwaiting);
    this.socket?.close();
    this.socket = null;
    this.noTracks();
    this.clear();
  }

  /** Do not wait for the next try: somebody has just logged in again, or the network is back. */
  retryNow(): void {
    if (!this.wanted || this.socket) return;
    clearTimeout(this.retry);
    this.failures = 0;
    this.connect();
  }

  /** Have the tracks pushed with the picture, or no longer. */
  showTracks(wanted: boolean): void {
    if (wanted === this.tracksWanted) return;
    this.tracksWanted = wanted;
    if (this.socket?.readyState === WebSocket.OPEN) this.askForTracks();
    if (!wanted) this.noTracks();
  }

  private askForTracks(): void {
    this.socket?.send(JSON.stringify({ overlay: this.tracksWanted ? "tracks" : null }));
  }

  private noTracks(): void {
    if (!this.tracksAt) return;
    this.tracksAt = 0;
    this.events.ontracks?.([]);
  }

  private connect(): void {
    if (this.events.may && !this.events.may()) {
      this.retry = window.setTimeout(() => this.wanted && this.connect(), 1000);
      return;
    }
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const query = new URLSearchParams({
      role: this.role,
      ...purpose.query(),
      ...approvals.query("live", this.cameraId),
    });
    const path = `/api/cameras/${encodeURIComponent(this.cameraId)}/live?${query}`;
    const socket = new WebSocket(`${scheme}://${location.host}${path}`);
    socket.binaryType = "arraybuffer";
    let opened = false;
    socket.onopen = () => {
      opened = true;
      if (socket === this.socket && this.tracksWanted) this.askForTracks();
    };
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
      if (socket !== this.socket) return;
      if (typeof event.data === "string") this.told(JSON.parse(event.data) as Told);
      else this.feed(event.data);
    };
    socket.onclose = (event) => {
      if (socket !== this.socket) return;
      this.socket = null;
      this.problem = event.reason;
      this.transit_s = null;
      if (event.code === CLOSED_NOT_ALLOWED) {
        // What one may no longer see does not stay on the screen until it counts as stale.
        this.clear();
        this.look();
        this.events.onrefused();
      } else if (!opened) this.events.onclosed?.();
      if (!this.wanted) return;
      const wait = RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)] ?? 8000;
      this.failures += 1;
      this.retry = window.setTimeout(() => this.wanted && this.connect(), wait * (0.8 + 0.4 * Math.random()));
    };
    this.socket = socket;
  }

  private told(message: Told): void {
    switch (message.type) {
      case "init":
        this.begin(message.mime);
        break;
      case "time":
        this.toldTime(message);
        break;
      case "tracks":
        if (!this.tracksWanted) break;
        this.tracksAt = performance.now();
        this.events.ontracks?.(message.tracks);
        break;
      case "refused":
        break;
    }
  }

  private toldTime(message: Extract<Told, { type: "time" }>): void {
    const captured = Date.parse(message.captured_at);
    const now = Date.parse(message.now);
    // The quickest message of this connection shows how our clocks differ; what comes later than that was on its way.
    const late_s = performance.now() / 1000 - now / 1000;
    this.transit_s = this.transit_s === null ? late_s : Math.min(this.transit_s, late_s);
    this.behind_s = (now - captured) / 1000 + (late_s - this.transit_s);
    this.keyframes(message.keyframes_only ?? false, captured);
    this.events.ontime?.(captured);
    if (message.dropped > this.dropped || this.behind_s > STALE_S) this.slow();
    if (message.dropped !== this.dropped) this.events.ondropped?.(message.dropped);
    this.dropped = message.dropped;
  }

  private keyframes(only: boolean, captured: number): void {
    const before = this.apart_s > 0;
    if (!only) this.apart_s = 0;
    else if (!before) this.apart_s = KEYFRAMES_S.unknown;
    else this.apart_s = Math.min(Math.max((captured - this.capturedAt) / 1000, 0.1), KEYFRAMES_S.most);
    this.capturedAt = captured;
    if (only !== before) this.events.onkeyframes?.(only);
  }

  private slow(): void {
    const at = performance.now();
    this.slowAt = [...this.slowAt.filter((one) => at - one < SLOW.within_s * 1000), at];
    if (this.slowAt.length < SLOW.times) return;
    this.slowAt = [];
    this.events.onslow?.();
  }

  private begin(mime: string): void {
    this.clear();
    this.mime = mime;
    this.dropped = 0;
    this.keyframes(false, 0);
    this.unsupported = !MediaSource.isTypeSupported(mime);
    if (this.unsupported) {
      this.stop();
      this.events.onstate(this.state(performance.now()));
      return;
    }
    const source = new MediaSource();
    this.source = source;
    this.url = URL.createObjectURL(source);
    this.video.src = this.url;
    this.watchFrames();
    source.addEventListener(
      "sourceopen",
      () => {
        if (source !== this.source) return;
        this.buffer = source.addSourceBuffer(mime);
        this.buffer.mode = "segments";
        this.buffer.addEventListener("updateend", () => this.pump());
        this.pump();
      },
      { once: true },
    );
  }

  private clear(): void {
    this.buffer = null;
    this.source = null;
    this.queue = [];
    this.frames = 0;
    if (this.frameCallback) this.video.cancelVideoFrameCallback(this.frameCallback);
    this.frameCallback = 0;
    if (!this.url) return;
    URL.revokeObjectURL(this.url);
    this.url = "";
    this.video.removeAttribute("src");
    this.video.load();
  }

  private feed(data: ArrayBuffer): void {
    if (this.unsupported) return;
    this.queue.push(data);
    // The decoder is stuck: begin again rather than grow.
    if (this.queue.length > QUEUE_MAX) this.socket?.close();
    else this.pump();
  }

  private pump(): void {
    const { buffer, video } = this;
    if (!buffer || buffer.updating) return;
    try {
      if (this.queue.length) {
        buffer.appendBuffer(joined(this.queue.splice(0, this.queue.length)));
        return;
      }
      if (buffer.buffered.length && video.currentTime - buffer.buffered.start(0) > KEEP_S * 2) {
        buffer.remove(0, video.currentTime - KEEP_S);
        return;
      }
    } catch {
      // A buffer that fails once stays broken: a new session brings a new one.
      this.socket?.close();
      return;
    }
    this.keepUp();
  }

  private keepUp(): void {
    const { video, buffer } = this;
    if (!buffer?.buffered.length) return;
    const last = buffer.buffered.length - 1;
    const [start, end] = [buffer.buffered.start(last), buffer.buffered.end(last)];
    if (this.apart_s) {
      // The newest keyframe, which lasts until the end. Held there: a player that runs dry time and again wants ever
      // more in hand before it goes on, and would lag once all pictures come again.
      video.pause();
      video.currentTime = Math.max(start, end - 0.005);
      return;
    }
    // A hole: the server left pictures out for us. Or we fell behind, or are where a keyframe was to last until.
    const away = video.currentTime < start - 0.01 || video.currentTime > end + 0.05;
    if (away || end - video.currentTime > BEHIND_S) {
      video.currentTime = Math.max(start, end - this.cushion_s - 0.05);
    }
    const ahead_s = end - video.currentTime;
    const rate = ahead_s > this.cushion_s + 0.25 ? 1.25 : ahead_s > this.cushion_s + 0.08 ? 1.08 : 1;
    if (video.playbackRate !== rate) video.playbackRate = rate;
    if (video.paused) void video.play().catch(() => undefined);
  }

  /** Playback ran dry: this line needs a longer cushion. */
  private hungry(): void {
    if (this.lastFrameAt === null || performance.now() - this.startedAt < 3000) return;
    this.cushion_s = Math.min(CUSHION_S.most, this.cushion_s + CUSHION_S.step);
  }

  private watchFrames(): void {
    if (!("requestVideoFrameCallback" in this.video)) return;
    const seen = () => {
      this.frames += 1;
      this.shown();
      this.frameCallback = this.video.requestVideoFrameCallback(seen);
    };
    this.frameCallback = this.video.requestVideoFrameCallback(seen);
  }

  private shown(): void {
    const first = this.lastFrameAt === null;
    this.lastFrameAt = performance.now();
    this.failures = 0;
    if (first) this.look();
  }

  /** Several times a second: has a new picture been shown? */
  private look(): void {
    if (!this.frameCallback) {
      const count = this.video.getVideoPlaybackQuality().totalVideoFrames;
      if (count > this.frames) this.shown();
      this.frames = count;
    }
    const at = performance.now();
    if (this.tracksAt && at - this.tracksAt > STALE_S * 1000) this.noTracks();
    this.cushion_s = Math.max(CUSHION_S.least, this.cushion_s - CUSHION_S.shrink_per_s * (LOOK_MS / 1000));
    this.events.onstate(this.state(at));
  }

  private state(at: number): PlayerState {
    if (this.unsupported) return { kind: "unsupported", mime: this.mime };
    if (this.lastFrameAt === null || !this.url) {
      const age_s = (at - (this.lastFrameAt ?? this.startedAt)) / 1000;
      if (age_s < 4 && !this.problem) return { kind: "connecting" };
      return { kind: "none", age_s, problem: this.problem };
    }
    const still_s = (at - this.lastFrameAt) / 1000;
    // A picture that moves but was taken long ago is not live either.
    const age_s = Math.max(still_s, this.behind_s > STALE_S ? this.behind_s : 0);
    return age_s > STALE_S + this.apart_s
      ? { kind: "stale", age_s }
      : { kind: "live", delay_s: this.behind_s };
  }
}

type Told =
  | { type: "init"; mime: string }
  | { type: "time"; captured_at: string; now: string; dropped: number; keyframes_only?: boolean }
  | { type: "tracks"; captured_at: string; tracks: LiveTrack[] }
  | { type: "refused"; overlay: string };

function joined(chunks: ArrayBuffer[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0));
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(new Uint8Array(chunk), offset);
    offset += chunk.byteLength;
  }
  return whole;
}
