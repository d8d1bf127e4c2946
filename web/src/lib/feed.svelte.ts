// The server's event stream. It goes on where it broke off, so that a lost connection misses no alert, and notices a
// connection that is dead without knowing it (a laptop that slept, a cable that was pulled).

import { i18n } from "./i18n.svelte";
import { purpose } from "./purpose.svelte";
import { session } from "./session.svelte";

type Handler = (payload: Record<string, unknown>) => void;

const SILENCE_MS = 12_000; // the server says something every 5 s
const RETRY_MS = [500, 1000, 2000, 4000, 8000];
const KINDS = [
  "hello",
  "reset",
  "health",
  "still",
  "ended",
  "alert.raised",
  "alert.act",
  "alert.ended",
  "alert.clip",
  "incident.act",
  "incident.proposal",
  "evidence.act",
  "camera.changed",
  "rules.changed",
  "view.changed",
  "rules.review",
  "sample.drawn",
  "sample.answered",
  "bookmark.changed",
  "wall.changed",
  "ptz.changed",
  "shift.changed",
  "map.changed",
  "agency.changed",
  "grant.changed",
  "grant.emergency",
  "approval.asked",
  "approval.given",
  "approval.refused",
];

const handlers = new Map<string, Set<Handler>>();
let source: EventSource | null = null;
let lastId = "";
let heardAt = 0;
let failures = 0;
let retry = 0;
let lostSince = $state<number | null>(null);
let live = $state(false);

function heard(): void {
  heardAt = performance.now();
  failures = 0;
  lostSince = null;
  live = true;
}

function lost(): void {
  live = false;
  lostSince ??= Date.now();
  source?.close();
  source = null;
  clearTimeout(retry);
  const wait = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)] ?? 8000;
  failures += 1;
  retry = window.setTimeout(open, wait * (0.8 + 0.4 * Math.random()));
}

function open(): void {
  source?.close();
  const query = new URLSearchParams({ ...purpose.query(), lang: i18n.language });
  if (lastId) query.set("after", lastId);
  const made = new EventSource(`/api/stream?${query}`);
  source = made;
  heardAt = performance.now();
  made.onerror = () => {
    if (made !== source) return;
    lost();
    void session.load(); // a login that ended looks the same from here
  };
  for (const kind of KINDS) {
    made.addEventListener(kind, (event) => {
      if (made !== source) return;
      heard();
      if (event.lastEventId) lastId = event.lastEventId;
      const payload = JSON.parse((event as MessageEvent<string>).data) as Record<string, unknown>;
      // Where nothing was missed before, the stream's present end is where we stand.
      if ((kind === "hello" && !lastId) || kind === "reset") lastId = String(payload.sequence ?? "");
      if (kind === "ended") void session.load();
      for (const handler of handlers.get(kind) ?? []) handler(payload);
    });
  }
}

setInterval(() => {
  if (source && performance.now() - heardAt > SILENCE_MS) lost();
}, 1000);
addEventListener("online", () => source === null && open());

export const feed = {
  /** When the connection was lost, in ms of this computer's clock; null: it stands. */
  get lostSince(): number | null {
    return lostSince;
  },
  get live(): boolean {
    return live;
  },
  start(): void {
    if (!source) open();
  },
  /** Another purpose was stated: what one may hear of is another thing now. */
  again(): void {
    if (source) open();
  },
  stop(): void {
    clearTimeout(retry);
    source?.close();
    source = null;
    live = false;
  },
  /** Hear of a kind of item; returns how to stop. `reset`: items were missed, load everything anew. */
  on(kind: string, handler: Handler): () => void {
    const there = handlers.get(kind) ?? new Set();
    there.add(handler);
    handlers.set(kind, there);
    return () => there.delete(handler);
  },
};
