// A backtest as the screen needs it: following one that runs, and what is said of it.

import { beside as inList } from "../lib/beside";
import { loggedOut, type Schemas } from "../api/client";
import { i18n } from "../lib/i18n.svelte";
import { purpose } from "../lib/purpose.svelte";
import { lines } from "../search/stream";

export type Backtest = Schemas["BacktestOut"];
export type Found = Schemas["BacktestEventOut"];
export type State = "new" | "gone" | "same";
export type Share = Schemas["ShareOut"];

export const STATES: readonly State[] = ["new", "gone", "same"];

/** The last backtest of a camera, again whenever there is more, until it is over; nothing where there is none. */
export async function* follow(camera: string, signal: AbortSignal): AsyncGenerator<Backtest> {
  const headers: Record<string, string> = { "x-veedor-language": i18n.language };
  if (purpose.purpose) headers["x-veedor-purpose"] = encodeURIComponent(purpose.purpose);
  if (purpose.caseNumber) headers["x-veedor-case"] = encodeURIComponent(purpose.caseNumber);
  const answer = await fetch(`/api/cameras/${encodeURIComponent(camera)}/backtest`, {
    credentials: "same-origin",
    headers,
    signal,
  });
  if (answer.status === 401) loggedOut.dispatchEvent(new Event("now"));
  if (!answer.ok || !answer.body) return;
  for await (const text of lines(answer.body)) yield JSON.parse(text) as Backtest;
}

export function ofState(backtest: Backtest | null, state: State): Found[] {
  return backtest?.events.filter((one) => one.state === state) ?? [];
}

/** Heights of the bars, 0..1 of the highest; a day with an alert is never invisible. */
export function bars(days: Backtest["days"]): { day: string; new: number; old: number }[] {
  const most = Math.max(1, ...days.flatMap((one) => [one.new, one.old]));
  const height = (count: number): number => (count ? Math.max(count / most, 0.03) : 0);
  return days.map((one) => ({ day: one.day, new: height(one.new), old: height(one.old) }));
}

export function total(days: Backtest["days"], side: "new" | "old"): number {
  return days.reduce((sum, one) => sum + one[side], 0);
}

/** A share in whole numbers, as a sentence takes it. */
export function inWords(share: Share): { true: number; of: number; low: number; high: number } {
  return {
    true: share.true,
    of: share.of,
    low: Math.round(share.low * 100),
    high: Math.round(share.high * 100),
  };
}

/** The event after (or before) the one that is chosen, in its list; the first where none is. */
export function beside(found: readonly Found[], id: string | null, step: 1 | -1): Found | null {
  return inList(found, (one) => one.id === id, step) ?? null;
}

/** The same backtest, what somebody said of an event put in. */
export function marked(
  backtest: Backtest,
  id: string,
  is_true: boolean | null,
  precision: Schemas["PrecisionOut"],
): Backtest {
  const events = backtest.events.map((one) => (one.id === id ? { ...one, is_true } : one));
  return { ...backtest, events, precision };
}
