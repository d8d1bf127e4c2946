// What the map and its list know of each camera: where, how it is, which alerts wait there.

import { api, ask } from "../api/client";
import { agencies } from "../lib/agencies.svelte";
import { session } from "../lib/session.svelte";
import { site, type Camera } from "../lib/site.svelte";
import type { Alert } from "../alerts/queue";
import { alerts as alertStore } from "../alerts/store.svelte";
import type { Place } from "./geo";
import type { Pin } from "./features";
import { SEVERITIES, TAMPER_KINDS, type MapState, type Severity } from "./states";

const LOOK_EVERY_MS = 30_000; // each look is written into the audit
const BEHIND_SHARE = 0.5; // of the frames that came since the last look

interface Analysis {
  analysed: number;
  dropped: number;
}

let counted = new Map<string, Analysis>();
let analysed = $state.raw<Set<string>>(new Set());
let behind = $state.raw<Set<string>>(new Set());

export const placeOf = (camera: Camera): Place | null =>
  camera.placement ? { lat: camera.placement.latitude_deg, lon: camera.placement.longitude_deg } : null;

export function stateOf(camera: Camera): MapState {
  const state = site.stateOf(camera);
  if (state !== "recording") return state;
  if (alertStore.byCamera(camera.id).some((one) => TAMPER_KINDS.has(one.kind))) return "tampered";
  if (behind.has(camera.id)) return "behind";
  return analysed.has(camera.id) ? "analysing" : "recording";
}

export function worstOf(alerts: Alert[]): Severity {
  return alerts.reduce<Severity>(
    (worst, one) => (SEVERITIES.indexOf(one.severity) > SEVERITIES.indexOf(worst) ? one.severity : worst),
    "info",
  );
}

export function pinOf(camera: Camera): Pin | null {
  const at = placeOf(camera);
  if (!at) return null;
  const alerts = alertStore.byCamera(camera.id);
  return {
    id: camera.id,
    name: [camera.name, agencies.of(camera)].filter(Boolean).join(" · "),
    at,
    direction: camera.placement?.direction_deg ?? null,
    fieldOfView: camera.placement?.field_of_view_deg ?? null,
    state: stateOf(camera),
    alerts: alerts.length,
    severity: worstOf(alerts),
    calls: alerts.some((one) => one.status === "new"),
  };
}

async function look(): Promise<void> {
  const result = await ask(api.GET("/api/health"));
  if (result.kind !== "ok") return;
  const now = new Map<string, Analysis>();
  const late = new Set<string>();
  for (const row of result.data.analysis) {
    const id = String(row.camera_id ?? "");
    const here = { analysed: Number(row.frames_analysed ?? 0), dropped: Number(row.frames_dropped ?? 0) };
    const before = counted.get(id);
    now.set(id, here);
    if (!before) continue;
    const more = here.analysed - before.analysed;
    const lost = here.dropped - before.dropped;
    if (lost > 0 && lost > (more + lost) * BEHIND_SHARE) late.add(id);
  }
  analysed = new Set([...now].filter(([, one]) => one.analysed > 0).map(([id]) => id));
  behind = late;
  counted = now;
}

/** Follow which cameras are analysed; returns how to stop. */
export function watchAnalysis(): () => void {
  if (!session.may("health.read")) return () => undefined;
  void look();
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  return () => clearInterval(timer);
}
