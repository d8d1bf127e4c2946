// What is known of a rule or of what is missed, in the numbers that sentences take. Pure, so that it can be tested.

import { beside as inList } from "../lib/beside";
import type { Schemas } from "../api/client";

export type RulePrecision = Schemas["RulePrecisionOut"];
export type Sample = Schemas["SampleOut"];
export type Recall = Schemas["RecallOut"];
export type Answer = Schemas["Answer"];
export type RuleState = "review" | "poor" | "pinned" | "queue";

/** A share as a whole number of per cent. */
export function percent(share: number | null | undefined): number {
  return Math.round((share ?? 0) * 100);
}

export function stateOf(rule: Pick<RulePrecision, "in_review" | "warned" | "pinned">): RuleState {
  if (rule.in_review) return "review";
  if (rule.warned) return "poor";
  return rule.pinned ? "pinned" : "queue";
}

/** True ones, those judged, and the interval in per cent. */
export function inWords(rule: RulePrecision): { true: number; of: number; low: number; high: number } {
  return { true: rule.true, of: rule.of, low: percent(rule.low), high: percent(rule.high) };
}

/** The sample after (or before) the chosen one; the first where none is. */
export function beside(samples: readonly Sample[], id: string, step: 1 | -1): Sample | undefined {
  return inList(samples, (one) => one.id === id, step);
}

/** Where to go when this one is answered: the next that is not, else the first that is not. */
export function nextOpen(samples: readonly Sample[], id: string): Sample | undefined {
  const at = samples.findIndex((one) => one.id === id);
  const open = (one: Sample): boolean => one.answer === null && one.id !== id;
  return samples.slice(at + 1).find(open) ?? samples.find(open);
}
