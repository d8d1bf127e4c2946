// The alerts that wait, app-wide: kept current by the feed, on every screen. The badge, the sound and the map live on it.

import { api, ask } from "../api/client";
import { badge } from "../lib/badges.svelte";
import { feed } from "../lib/feed.svelte";
import { i18n } from "../lib/i18n.svelte";
import { now } from "../lib/now.svelte";
import { purpose } from "../lib/purpose.svelte";
import { session } from "../lib/session.svelte";
import { site } from "../lib/site.svelte";
import { byUrgency, isOpen, type Alert, type Severity } from "./queue";
import { sound } from "./sound.svelte";

const PAGE = 500;
const BATCH = 100;
const GATHER_MS = 30; // what comes together is asked for together
const RETRY_MS = 1500;
const KEEP_CLOSED = 500;

let known = $state.raw<Map<string, Alert>>(new Map());
let open = $state.raw<Alert[]>([]);
let cameras = $state.raw<Map<string, Alert[]>>(new Map());
/** Raised since the page was opened, and not looked at yet. */
let fresh = $state.raw<Set<string>>(new Set());
let state = $state<"loading" | "ready" | "failed">("loading");

const wanted = new Set<string>();
const touched = new Set<string>(); // heard of while everything is being loaded
let fetching = false;
let timer = 0;
let loading: Promise<void> | null = null;
let again = false;
let started = false;

function put(alerts: Alert[], gone: Iterable<string> = []): void {
  const next = new Map(known);
  for (const id of gone) next.delete(id);
  for (const alert of alerts) {
    // An answer that was under way while somebody acted must not bring back what was.
    if ((next.get(alert.id)?.version ?? -1) <= alert.version) next.set(alert.id, alert);
  }
  publish(next);
}

function publish(next: Map<string, Alert>): void {
  const waiting: Alert[] = [];
  const closed: Alert[] = [];
  // Alerts of rules in review wait on a screen of their own.
  for (const alert of next.values()) (isOpen(alert) && !alert.in_review ? waiting : closed).push(alert);
  for (const alert of closed.slice(0, Math.max(0, closed.length - KEEP_CLOSED))) next.delete(alert.id);
  waiting.sort(byUrgency);
  const byCamera = new Map<string, Alert[]>();
  const tampered = new Set<string>();
  let unhandled = 0;
  for (const alert of waiting) {
    const there = byCamera.get(alert.camera_id);
    if (there) there.push(alert);
    else byCamera.set(alert.camera_id, [alert]);
    if (alert.status === "new") unhandled += 1;
    if (alert.kind === "camera_tampered") tampered.add(alert.camera_id);
  }
  known = next;
  open = waiting;
  cameras = byCamera;
  const old = [...fresh].filter((id) => next.has(id) && !isOpen(next.get(id) as Alert));
  if (old.length) alerts.seen(...old);
  badge.set("alerts", unhandled);
  site.setTampered(tampered);
}

/** Ask for these anew, soon and together with others. What cannot be had now is asked for again. */
function want(id: string): void {
  wanted.add(id);
  if (loading) touched.add(id);
  later(GATHER_MS);
}

function later(ms: number): void {
  clearTimeout(timer);
  timer = window.setTimeout(() => void fetchWanted(), ms);
}

async function fetchWanted(): Promise<void> {
  if (fetching) return;
  fetching = true;
  while (wanted.size) {
    const ids = [...wanted].slice(0, BATCH);
    for (const id of ids) wanted.delete(id);
    const result = await ask(api.GET("/api/alerts", { params: { query: { id: ids, limit: BATCH } } }));
    if (result.kind !== "ok") {
      for (const id of ids) wanted.add(id);
      if (session.state === "in") later(RETRY_MS);
      break;
    }
    const there = new Set(result.data.alerts.map((one) => one.id));
    put(
      result.data.alerts,
      ids.filter((id) => !there.has(id)),
    );
  }
  fetching = false;
}

/** Everything that is open, page by page, so that the first rows are there at once and no page is long work. */
async function loadAll(): Promise<boolean> {
  const found = new Set<string>();
  touched.clear();
  let cursor: string | undefined;
  do {
    const result = await ask(
      api.GET("/api/alerts", {
        params: { query: { status: ["new", "acknowledged"], in_review: false, limit: PAGE, cursor } },
      }),
    );
    if (result.kind !== "ok") return false;
    for (const one of result.data.alerts) found.add(one.id);
    put(result.data.alerts);
    cursor = result.data.next ?? undefined;
  } while (cursor);
  const stale = open.filter((one) => !found.has(one.id) && !touched.has(one.id)).map((one) => one.id);
  if (stale.length) for (const id of stale) wanted.add(id);
  if (wanted.size) later(0);
  return true;
}

function load(): void {
  if (loading) {
    again = true;
    return;
  }
  loading = loadAll().then((done) => {
    loading = null;
    state = done ? "ready" : open.length ? "ready" : "failed";
    if (again || !done) {
      again = false;
      if (session.state === "in") setTimeout(load, done ? 0 : RETRY_MS);
    }
  });
}

function heardOf(payload: Record<string, unknown>): void {
  if (started && typeof payload.id === "string") want(payload.id);
}

feed.on("alert.raised", (payload) => {
  heardOf(payload);
  if (!started || typeof payload.id !== "string" || payload.in_review) return;
  fresh = new Set([...fresh, payload.id]);
  const age_ms = now.exact() - Date.parse(String(payload.raised_at));
  // What happened an hour ago, while this computer slept, is marked but does not ring.
  if (!(age_ms > 120_000)) sound.ring(payload.severity as Severity, payload.id);
});
for (const kind of ["alert.act", "alert.ended", "alert.clip"]) feed.on(kind, heardOf);
feed.on("reset", () => started && load());
feed.on("hello", () => {
  if (!started) return;
  if (state !== "ready") load();
  if (wanted.size) later(0); // what could not be had while there was no connection
});

export const alerts = {
  /** All that waits for somebody (new or acknowledged), the most urgent first. */
  get open(): Alert[] {
    return open;
  },
  byCamera(id: string): Alert[] {
    return cameras.get(id) ?? [];
  },
  /** An alert that this page has heard of, open or not. */
  get(id: string): Alert | undefined {
    return known.get(id);
  },
  get state() {
    return state;
  },
  isFresh(id: string): boolean {
    return fresh.has(id);
  },
  get fresh(): ReadonlySet<string> {
    return fresh;
  },
  seen(...ids: string[]): void {
    if (!ids.some((id) => fresh.has(id))) return;
    const left = new Set(fresh);
    for (const id of ids) left.delete(id);
    fresh = left;
  },
  /** The answer to an act is the newest there is. */
  update(alert: Alert): void {
    put([alert]);
  },
  refresh(id: string): void {
    want(id);
  },
  /** Who looks into it now; a claim ends by itself. */
  claimOf(alert: Alert): Alert["claim"] {
    return alert.claim && Date.parse(alert.claim.until) > now.ms ? alert.claim : null;
  },
  /** Once there is a login that may see alerts. */
  start(): void {
    if (started) return;
    started = true;
    sound.start();
    // Sentences come in the reader's language: another language is another answer.
    $effect.root(() => {
      $effect(() => {
        void purpose.key; // another purpose opens other agencies' alerts
        if (i18n.language) load();
      });
    });
  },
};
