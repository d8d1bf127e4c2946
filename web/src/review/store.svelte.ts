// What waits for review, app-wide: samples to be looked at, alerts of rules in review, and how the rules do.

import { api, ask } from "../api/client";
import type { Alert } from "../alerts/queue";
import { badge } from "../lib/badges.svelte";
import { feed } from "../lib/feed.svelte";
import { i18n, t } from "../lib/i18n.svelte";
import { session } from "../lib/session.svelte";
import { toasts } from "../lib/toasts.svelte";
import type { RulePrecision } from "./words";

const GATHER_MS = 400;
const SLOWLY_MS = 20_000; // what people do with alerts changes figures, and nobody waits for those
const MOST_ALERTS = 200;

let waiting = $state(0);
let alerts = $state.raw<Alert[]>([]);
let rules = $state.raw<RulePrecision[]>([]);
let leastVerdicts = $state(0);
let days = $state(30);
let loaded = $state(false);
let started = false;
let timer = 0;
let due = Infinity;

async function loadSamples(): Promise<void> {
  if (!session.may("alert.handle")) return;
  const result = await ask(api.GET("/api/samples", { params: { query: { limit: 1 } } }));
  if (result.kind === "ok") waiting = result.data.waiting;
}

async function loadAlerts(): Promise<void> {
  const query = { in_review: true, status: ["new" as const, "acknowledged" as const], limit: MOST_ALERTS };
  const result = await ask(api.GET("/api/alerts", { params: { query } }));
  if (result.kind === "ok") alerts = result.data.alerts;
}

async function loadRules(): Promise<void> {
  const result = await ask(api.GET("/api/precision"));
  if (result.kind !== "ok") return;
  rules = result.data.rules;
  leastVerdicts = result.data.least_verdicts;
  days = result.data.days;
}

async function load(): Promise<void> {
  due = Infinity;
  await Promise.all([loadSamples(), loadAlerts(), loadRules()]);
  loaded = true;
  badge.set("review", waiting + alerts.length, "warning");
}

function soon(ms = GATHER_MS): void {
  if (!started || performance.now() + ms >= due) return;
  due = performance.now() + ms;
  clearTimeout(timer);
  timer = window.setTimeout(() => void load(), ms);
}

feed.on("rules.review", (payload) => {
  if (!started) return;
  soon();
  if (payload.what !== "demoted" && payload.what !== "warned") return;
  toasts.problem(
    t(`review-told-${payload.what}`, { rule: String(payload.rule), camera: String(payload.camera_name) }),
  );
});
feed.on("alert.raised", (payload) => payload.in_review && soon());
feed.on("alert.act", (payload) => soon(alerts.some((one) => one.id === payload.id) ? GATHER_MS : SLOWLY_MS));
for (const kind of ["sample.drawn", "sample.answered", "reset"]) feed.on(kind, () => soon());

export const review = {
  /** Samples that wait for an answer. */
  get waiting(): number {
    return waiting;
  },
  /** Alerts of rules in review that nobody has settled, the newest first. */
  get alerts(): Alert[] {
    return alerts;
  },
  get rules(): RulePrecision[] {
    return rules;
  },
  get leastVerdicts(): number {
    return leastVerdicts;
  },
  get days(): number {
    return days;
  },
  get loaded(): boolean {
    return loaded;
  },
  of(cameraId: string, rule: string): RulePrecision | undefined {
    return rules.find((one) => one.camera_id === cameraId && one.rule === rule);
  },
  /** Rules in review, of one camera or of all. */
  inReview(cameraId?: string): RulePrecision[] {
    return rules.filter((one) => one.in_review && (cameraId === undefined || one.camera_id === cameraId));
  },
  /** What the server said of a rule after something was decided. */
  put(rule: RulePrecision): void {
    const others = rules.filter((one) => one.camera_id !== rule.camera_id || one.rule !== rule.rule);
    rules = [...others, rule].sort((a, b) => Number(b.in_review) - Number(a.in_review));
    soon();
  },
  refresh: (): void => soon(0),
  /** Once there is a login that may see alerts. */
  start(): void {
    if (started) return;
    started = true;
    $effect.root(() => {
      $effect(() => {
        if (i18n.language) soon(0);
      });
    });
  },
};
