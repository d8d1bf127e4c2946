"""How late a live picture is on the screen, and how soon the first one: measured in the page, by its own clock.

    watch(page)                      # before the page is loaded (or: watch, then reload)
    figures = measure(page, 20.0)    # after `20 s` of pictures
    figures["latency_ms"]["p95"]     # from when the server took a picture's packet to when the browser showed it
    figures["first_ms"]["p95"]       # from opening a socket to its first picture on the screen

The browser and the server must share a clock (one machine). Each second the server says when the picture that follows
was taken ("time" messages); that picture's place in the stream is read from its fragment (tfdt), and the browser says
when it shows it (requestVideoFrameCallback). One page, one tile for each camera.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from waiting import wait_until

_SCRIPT = """
(() => {
  const found = (window.__live = { latency: [], first: [], sockets: 0, open: 0, frames: {} });
  const word = (bytes, at) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
  const box = (bytes, name) => {
    for (let at = 4; at + 24 < bytes.length; at += 1)
      if (name.every((code, index) => bytes[at + index] === code)) return at + 4;
    return -1;
  };
  const codes = (name) => [...name].map((one) => one.charCodeAt(0));
  const [MDHD, TFDT] = [codes("mdhd"), codes("tfdt")];
  const timescaleOf = (bytes) => {
    const at = box(bytes, MDHD);
    return word(bytes, at + (bytes[at] === 1 ? 20 : 12));
  };
  const timeOf = (bytes) => {
    const at = box(bytes, TFDT);
    return bytes[at] === 1 ? word(bytes, at + 4) * 2 ** 32 + word(bytes, at + 8) : word(bytes, at + 4);
  };
  function follow(socket, camera) {
    const opened = performance.now();
    let [scale, isInit, captured, first, over] = [1, false, null, true, false];
    let marks = [];
    found.sockets += 1;
    found.open += 1;
    socket.addEventListener("close", () => { over = true; found.open -= 1; });
    socket.addEventListener("message", (event) => {
      if (typeof event.data === "string") {
        const told = JSON.parse(event.data);
        if (told.type === "init") [isInit, marks] = [true, []];
        if (told.type === "time") captured = Date.parse(told.captured_at);
        return;
      }
      const bytes = new Uint8Array(event.data);
      if (isInit) scale = timescaleOf(bytes);
      else if (captured !== null) marks.push({ media: timeOf(bytes) / scale, captured });
      if (!isInit) captured = null;
      isInit = false;
    });
    const attach = () => {
      if (over) return;
      const video = document.querySelector(`[data-camera="${CSS.escape(camera)}"] video`);
      if (!video) { requestAnimationFrame(attach); return; }
      const shown = (now, frame) => {
        if (over) return;
        found.frames[camera] = (found.frames[camera] ?? 0) + 1;
        if (first) found.first.push(now - opened);
        const due = marks.filter((one) => one.media <= frame.mediaTime + 0.001);
        marks = marks.filter((one) => one.media > frame.mediaTime + 0.001);
        // The pictures that came at once, when the socket was opened, were taken before anybody watched.
        if (!first) for (const one of due) found.latency.push(performance.timeOrigin + now - one.captured);
        first = false;
        video.requestVideoFrameCallback(shown);
      };
      video.requestVideoFrameCallback(shown);
    };
    attach();
  }
  const Native = window.WebSocket;
  window.WebSocket = class extends Native {
    constructor(url, protocols) {
      super(url, protocols);
      const match = /\\/cameras\\/([^/]+)\\/live/.exec(String(url));
      if (match) follow(this, decodeURIComponent(match[1]));
    }
  };
})();
"""


def watch(page: Page) -> None:
    """Measure in `page` from its next load on."""
    page.add_init_script(_SCRIPT)


def measure(page: Page, seconds: float) -> dict[str, Any]:
    """Figures of the next `seconds` of pictures that are shown already, and of all first pictures so far."""
    page.evaluate("() => { window.__live.latency = []; window.__live.started = performance.now(); }")
    # Asked again and again from here: the page's own policy forbids the waiting that Playwright would put into it.
    passed = "(ms) => performance.now() - window.__live.started >= ms"
    wait_until(lambda: page.evaluate(passed, seconds * 1000), timeout_s=seconds + 30, every_s=0.2)
    found = page.evaluate("() => window.__live")
    return {
        "latency_ms": _spread(found["latency"]),
        "first_ms": _spread(found["first"]),
        "frames": found["frames"],
        "open_sockets": found["open"],
        "sockets_opened": found["sockets"],
    }


def _spread(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    if not ordered:
        return {"count": 0}

    def share(part: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(part * len(ordered)))], 1)

    return {"count": len(ordered), "p50": share(0.5), "p95": share(0.95), "max": round(ordered[-1], 1)}
