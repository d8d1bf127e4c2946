// What our agency gave of its footage: the steps of one lock together. Pure, so that it can be tested.

import type { Schemas } from "../api/client";

export type Step = Schemas["GivenOut"];

export interface Gift {
  /** Of the lock. */
  id: string;
  /** The oldest first. */
  steps: Step[];
  first: Step;
  /** How far it went. */
  state: "locked" | "taken" | "received" | "released";
}

const RANK = ["locked", "taken", "received"];

/** By lock, that which something happened with last at the head. `steps`: the newest first, as the server tells them. */
export function gifts(steps: Step[]): Gift[] {
  const found = new Map<string, Step[]>();
  for (const one of steps) found.set(one.lock_id, [one, ...(found.get(one.lock_id) ?? [])]);
  return [...found].flatMap(([id, all]) => {
    const first = all.find((one) => one.kind === "locked") ?? all[0];
    return first ? [{ id, steps: all, first, state: stateOf(all) }] : [];
  });
}

function stateOf(steps: Step[]): Gift["state"] {
  const kinds = new Set(steps.map((one) => one.kind));
  if (kinds.has("released")) return "released";
  return (RANK.findLast((one) => kinds.has(one)) ?? "locked") as Gift["state"];
}
