// Live pictures of one stream: fragmented MP4 over a WebSocket into Media Source Extensions.
//
// It knows when it is not live, and says so: a frozen picture is never passed off as a live one.

export type StreamRole = "main" | "sub";

export type PlayerState =
  | { kind: "connecting" }
  | { kind: "live"; delay_s: number }
  /** No new picture for `age_s` seconds; the last one is still on the screen. */
  | { kind: "stale"; age_s: number }
  | { kind: "none"; age_s: number; problem: string }
  /** The browser cannot play this codec. */
  | { kind: "unsupported"; mime: string };

const STALE_S = 2;
const KEEP_S = 15;
const BEHIND_S = 1.5;
const QUEUE_MAX = 600;
const LOOK_MS = 250;
const RETRY_MS = [500, 1000, 2000, 4000, 8000];
const CLOSED_NOT_ALLOWED = 4401;

export interface PlayerEvents {
  onstate: (state: PlayerState) => void;
  /** The login has ended or the right was withdrawn. */
  onrefused: () => void;
  /** Capture time of the newest fragment, about once a second. */
  ontime?: (capturedAtMs: number) => void;
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
  private lastFrameAt: number | null = null;
  private startedAt = performance.now();
  private behind_s = 0;
  private wanted = false;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly cameraId: string,
    private readonly role: StreamRole,
    private readonly events: PlayerEvents,
  ) {}

  start(): void {
    if (this.wanted) return;
    this.wanted = true;
    this.startedAt = performance.now();
    this.timer = window.setInterval(() => this.look(), LOOK_MS);
    this.connect();
    this.look();
  }

  stop(): void {
    this.wanted = false;
    clearTimeout(this.retry);
    clearInterval(this.timer);
    this.socket?.close();
    this.socket = null;
    this.clear();
  }

  private connect(): void {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const path = `/api/cameras/${encodeURIComponent(this.cameraId)}/live?role=${this.role}`;
    const socket = new WebSocket(`${scheme}://${location.host}${path}`);
    socket.binaryType = "arraybuffer";
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
      if (typeof event.data === "string") this.told(JSON.parse(event.data) as Told);
      else this.feed(event.data);
    };
    socket.onclose = (event) => {
      if (socket !== this.socket) return;
      this.socket = null;
      this.problem = event.reason;
      if (event.code === CLOSED_NOT_ALLOWED) this.events.onrefused();
      if (!this.wanted) return;
      const wait = RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)] ?? 8000;
      this.failures += 1;
      this.retry = window.setTimeout(() => this.wanted && this.connect(), wait * (0.8 + 0.4 * Math.random()));
    };
    this.socket = socket;
  }

  private told(message: Told): void {
    if (message.type === "init") this.begin(message.mime);
    else {
      const captured = Date.parse(message.captured_at);
      this.behind_s = (Date.parse(message.now) - captured) / 1000;
      this.events.ontime?.(captured);
    }
  }

  private begin(mime: string): void {
    this.clear();
    this.mime = mime;
    this.unsupported = !MediaSource.isTypeSupported(mime);
    if (this.unsupported) {
      this.socket?.close();
      this.wanted = false;
      return;
    }
    const source = new MediaSource();
    this.source = source;
    this.url = URL.createObjectURL(source);
    this.video.src = this.url;
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
    if (video.currentTime < start - 0.1 || end - video.currentTime > BEHIND_S) {
      video.currentTime = Math.max(start, end - 0.2);
    }
    video.playbackRate = end - video.currentTime > 0.5 ? 1.1 : 1;
    if (video.paused) void video.play().catch(() => undefined);
  }

  /** Several times a second: has a new picture been shown? */
  private look(): void {
    const at = performance.now();
    const shown = this.video.getVideoPlaybackQuality().totalVideoFrames;
    if (shown !== this.frames) {
      if (shown > this.frames) {
        this.lastFrameAt = at;
        this.failures = 0;
      }
      this.frames = shown;
    }
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
    return age_s > STALE_S ? { kind: "stale", age_s } : { kind: "live", delay_s: this.behind_s };
  }
}

type Told =
  { type: "init"; mime: string } | { type: "time"; captured_at: string; now: string; dropped: number };

function joined(chunks: ArrayBuffer[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0));
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(new Uint8Array(chunk), offset);
    offset += chunk.byteLength;
  }
  return whole;
}
