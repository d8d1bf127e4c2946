// Doing something with alerts. Every act says which version its author saw; what came of it is one of four things.

import { api, ask, type Result, type Schemas } from "../api/client";
import { sentence } from "../lib/problems";
import type { Alert } from "./queue";
import { alerts } from "./store.svelte";

/** As the client gives it: it makes lists of pairs. */
export type Detail = Omit<Schemas["AlertDetailOut"], "zone_norm"> & { zone_norm: number[][] };
export type Reason = Schemas["DismissReason"];
export type Deed =
  | { kind: "acknowledge" }
  | { kind: "dismiss"; reason: Reason; note: string }
  | { kind: "escalate"; incident: string | null; type: string; note: string }
  | { kind: "claim" }
  | { kind: "release" };

export type Outcome =
  | { kind: "done"; alert: Detail }
  /** Somebody else has it: ask, and say `over` if it is meant. */
  | { kind: "claimed"; message: string }
  /** Somebody acted meanwhile, or the state does not allow it. */
  | { kind: "conflict"; message: string }
  | { kind: "failed"; message: string };

function send(alert: Alert, deed: Deed, over: boolean): Promise<Result<Detail>> {
  const params = { path: { alert_id: alert.id } };
  const seen = { expected_version: alert.version, over_claim: over };
  switch (deed.kind) {
    case "acknowledge":
      return ask(api.POST("/api/alerts/{alert_id}/acknowledge", { params, body: seen }));
    case "dismiss":
      return ask(
        api.POST("/api/alerts/{alert_id}/dismiss", {
          params,
          body: { ...seen, reason: deed.reason, note: deed.note.trim() || null },
        }),
      );
    case "escalate":
      return ask(
        api.POST("/api/alerts/{alert_id}/escalate", {
          params,
          body: { ...seen, incident: deed.incident, type: deed.type, note: deed.note.trim() || null },
        }),
      );
    case "claim":
      return ask(api.POST("/api/alerts/{alert_id}/claim", { params, body: seen }));
    case "release":
      return ask(api.POST("/api/alerts/{alert_id}/release", { params }));
  }
}

export async function act(alert: Alert, deed: Deed, over = false): Promise<Outcome> {
  const result = await send(alert, deed, over);
  if (result.kind === "ok") {
    alerts.update(result.data);
    return { kind: "done", alert: result.data };
  }
  if (result.kind === "aborted") return { kind: "failed", message: "" };
  if (result.status !== 409) return { kind: "failed", message: sentence(result) };
  alerts.refresh(alert.id);
  const kind = result.key === "error-alerts-claimed" ? "claimed" : "conflict";
  return { kind, message: result.message };
}

export interface Tally {
  done: Detail[];
  claimed: Alert[];
  /** The alerts that were not acted on, and why; the first sentence speaks for all. */
  refused: Alert[];
  message: string;
}

/** The same for several alerts, one after the other. A new incident is opened once: the others join it. */
export async function actOnAll(targets: Alert[], deed: Deed, over = false): Promise<Tally> {
  const tally: Tally = { done: [], claimed: [], refused: [], message: "" };
  let next = deed;
  for (const alert of targets) {
    const outcome = await act(alert, next, over);
    if (outcome.kind === "done") {
      tally.done.push(outcome.alert);
      if (next.kind === "escalate" && next.incident === null)
        next = { ...next, incident: outcome.alert.incident_id };
      continue;
    }
    if (outcome.kind === "claimed") tally.claimed.push(alert);
    else tally.refused.push(alert);
    tally.message ||= outcome.message;
    if (outcome.kind === "failed") {
      // No connection, or a right that is missing: the rest would fare the same.
      tally.refused.push(...targets.slice(targets.indexOf(alert) + 1));
      break;
    }
  }
  return tally;
}
