// A wall of live pictures: fragmented MP4 over a WebSocket into Media Source Extensions.
// A tile never shows an old picture as if it were live: after 2 s without a new one it says so, and for how long.

import { make, text } from "/page/api.js";

const STALLED_S = 2;
const KEEP_S = 12; // of played video in the buffer
const BEHIND_S = 1.5; // further behind the newest frame than this: jump to it
const RETRY_S = [0.5, 1, 2, 4, 8];
const CLOSED_NOT_ALLOWED = 4401;

class Tile {
  constructor(camera) {
    this.camera = camera;
    this.video = make("video", { muted: true, autoplay: true, playsInline: true, disablePictureInPicture: true });
    this.note = make("p", { className: "note" });
    this.node = make("figure", { className: "tile stalled" }, this.video, this.note,
      make("figcaption", {}, make("span", { className: "dot" }), camera.name));
    this.node.dataset.camera = camera.id;
    this.node.addEventListener("click", () => this.node.classList.toggle("large"));
    this.socket = null;
    this.wanted = false;
    this.failures = 0;
    this.problem = "";
    this.frames = 0;
    this.lastFrameAt = null; // performance.now() of the last new picture on the screen
    this.startedAt = performance.now();
    this.behindS = 0; // age of the newest fragment by the server's clock
  }

  start() {
    if (this.wanted) return;
    this.wanted = true;
    this.startedAt = performance.now();
    this.connect();
  }

  stop() {
    this.wanted = false;
    clearTimeout(this.retry);
    this.socket?.close();
    this.socket = null;
    this.clear();
  }

  connect() {
    const role = this.camera.streams.some((stream) => stream.role === "sub") ? "sub" : "main";
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/api/cameras/${encodeURIComponent(this.camera.id)}/live?role=${role}`);
    socket.binaryType = "arraybuffer";
    socket.onmessage = (event) => {
      if (typeof event.data === "string") this.told(JSON.parse(event.data));
      else this.feed(event.data);
    };
    socket.onclose = (event) => {
      if (socket !== this.socket) return;
      this.socket = null;
      this.problem = event.reason || "";
      if (!this.wanted) return;
      if (event.code === CLOSED_NOT_ALLOWED) {
        document.dispatchEvent(new Event("session-check"));
      }
      const wait = RETRY_S[Math.min(this.failures, RETRY_S.length - 1)];
      this.failures += 1;
      this.retry = setTimeout(() => this.wanted && this.connect(), wait * 1000 * (0.8 + 0.4 * Math.random()));
    };
    this.socket = socket;
  }

  told(message) {
    if (message.type === "init") this.begin(message.mime);
    else if (message.type === "time") this.behindS = (Date.parse(message.now) - Date.parse(message.captured_at)) / 1000;
  }

  begin(mime) {
    this.clear();
    if (!window.MediaSource || !MediaSource.isTypeSupported(mime)) {
      this.unsupported = true;
      return;
    }
    this.unsupported = false;
    this.queue = [];
    const source = new MediaSource();
    this.source = source;
    this.url = URL.createObjectURL(source);
    this.video.src = this.url;
    source.addEventListener("sourceopen", () => {
      if (source !== this.source) return;
      this.buffer = source.addSourceBuffer(mime);
      this.buffer.mode = "segments";
      this.buffer.addEventListener("updateend", () => this.pump());
      this.pump();
    }, { once: true });
  }

  clear() {
    this.buffer = null;
    this.source = null;
    this.queue = [];
    if (this.url) {
      URL.revokeObjectURL(this.url);
      this.url = null;
      this.video.removeAttribute("src");
      this.video.load();
    }
    this.frames = 0;
  }

  feed(data) {
    if (this.unsupported) return;
    this.queue.push(data);
    if (this.queue.length > 600) { // the decoder is stuck: begin again rather than grow
      this.socket?.close();
      return;
    }
    this.pump();
  }

  pump() {
    const { buffer, video } = this;
    if (!buffer || buffer.updating) return;
    try {
      if (this.queue.length) {
        const chunks = this.queue.splice(0, this.queue.length);
        const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0));
        let offset = 0;
        for (const chunk of chunks) {
          whole.set(new Uint8Array(chunk), offset);
          offset += chunk.byteLength;
        }
        buffer.appendBuffer(whole);
        return;
      }
      if (buffer.buffered.length && video.currentTime - buffer.buffered.start(0) > KEEP_S * 2) {
        buffer.remove(0, video.currentTime - KEEP_S);
        return;
      }
    } catch {
      this.socket?.close(); // a buffer that fails once stays broken: a new session brings a new one
      return;
    }
    this.keepUp();
  }

  keepUp() {
    const { video, buffer } = this;
    if (!buffer?.buffered.length) return;
    const last = buffer.buffered.length - 1;
    const newest = buffer.buffered.end(last);
    const outside = video.currentTime < buffer.buffered.start(last) - 0.1;
    if (outside || newest - video.currentTime > BEHIND_S) video.currentTime = Math.max(buffer.buffered.start(last), newest - 0.25);
    video.playbackRate = newest - video.currentTime > 0.6 ? 1.1 : 1;
    if (video.paused) video.play().catch(() => {});
  }

  look(now) {
    const shown = this.video.getVideoPlaybackQuality?.().totalVideoFrames ?? 0;
    if (shown !== this.frames) {
      if (shown > this.frames) {
        this.lastFrameAt = now;
        this.failures = 0;
      }
      this.frames = shown;
    }
    const still = this.lastFrameAt === null ? Infinity : (now - this.lastFrameAt) / 1000;
    const age = Math.max(still, this.behindS > STALLED_S && Number.isFinite(still) ? this.behindS : 0);
    const stalled = age > STALLED_S || this.unsupported === true;
    this.node.classList.toggle("stalled", stalled);
    this.note.textContent = stalled ? this.why(age, now) : "";
  }

  why(age, now) {
    if (this.unsupported) return text("unsupported");
    if (Number.isFinite(age)) return text("stalled", { seconds: Math.floor(age) });
    if (this.problem) return text("no-picture", { problem: this.problem });
    const waited = (now - this.startedAt) / 1000;
    return waited < 5 ? text("connecting") : text("stalled", { seconds: Math.floor(waited) });
  }
}

export class Wall {
  constructor(node) {
    this.node = node;
    this.tiles = new Map();
    // Only what can be seen is fetched and decoded.
    this.seen = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        const tile = this.tiles.get(entry.target.dataset.camera);
        if (entry.isIntersecting) tile?.start();
        else tile?.stop();
      }
    });
  }

  show(cameras) {
    const wanted = cameras.filter((camera) => camera.enabled);
    for (const [id, tile] of this.tiles) {
      if (wanted.some((camera) => camera.id === id)) continue;
      this.seen.unobserve(tile.node);
      tile.stop();
      tile.node.remove();
      this.tiles.delete(id);
    }
    for (const camera of wanted) {
      if (this.tiles.has(camera.id)) continue;
      const tile = new Tile(camera);
      this.tiles.set(camera.id, tile);
      this.node.append(tile.node);
      this.seen.observe(tile.node);
    }
    this.node.querySelector(".empty")?.remove();
    if (!wanted.length) this.node.append(make("p", { className: "empty muted", textContent: text("no-cameras") }));
    const columns = Math.max(1, Math.ceil(Math.sqrt(wanted.length)));
    this.node.style.setProperty("--columns", Math.min(columns, 6));
    clearInterval(this.timer);
    this.timer = setInterval(() => {
      const now = performance.now();
      for (const tile of this.tiles.values()) if (tile.wanted) tile.look(now);
    }, 250);
  }

  close() {
    clearInterval(this.timer);
    this.seen.disconnect();
    for (const tile of this.tiles.values()) {
      tile.stop();
      tile.node.remove();
    }
    this.tiles.clear();
  }
}
