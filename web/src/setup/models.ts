// Which detection models look at a camera, in the words of its form. Pure, so that it can be tested.

import type { Schemas } from "../api/client";

export type Detectors = Schemas["DetectorsOut"];
export type Detector = Schemas["DetectorOut"];
/** The site's own model, among a camera's. */
export const DEFAULT_MODEL = "default";
export const MODELS_MAX = 8;

/** A line of the form. `known` null: the camera names it, and it is not at the site any more. */
export interface ModelLine {
  name: string;
  known: Detector | null;
}

/** Every model that can be chosen, then those that the camera names though they have gone. */
export function lines(told: Detectors, chosen: readonly string[] | null): ModelLine[] {
  const names = new Set(told.detectors.map((one) => one.name));
  const gone = (chosen ?? []).filter((one) => !names.has(one));
  return [
    ...told.detectors.map((known) => ({ name: known.name, known })),
    ...[...new Set(gone)].map((name) => ({ name, known: null })),
  ];
}

/** What can look again before an alert: every line, and what the camera names now (of Veedor's own list, perhaps). */
export function seconds(found: readonly ModelLine[], second: string): string[] {
  const names = found.map((one) => one.name);
  return second && !names.includes(second) ? [...names, second] : names;
}

/** Whether there is something to choose: without a model of the agency's own there is the site's alone. */
export function hasChoice(found: readonly ModelLine[], second: string): boolean {
  return seconds(found, second).some((one) => one !== DEFAULT_MODEL);
}

/** `chosen` with `name` in it or without it, in the order of the lines. */
export function toggled(
  chosen: readonly string[],
  name: string,
  on: boolean,
  order: readonly ModelLine[],
): string[] {
  const wanted = new Set(chosen);
  if (on) wanted.add(name);
  else wanted.delete(name);
  return order.map((one) => one.name).filter((one) => wanted.has(one));
}

/** What is wrong with a choice: a catalogue key, or null. */
export function modelsProblem(chosen: readonly string[] | null): string | null {
  if (chosen === null) return null;
  if (!chosen.length) return "models-none-chosen";
  return chosen.length > MODELS_MAX ? "models-many-chosen" : null;
}

/** At most this much of one core in per cent, with a camera in which something always moves. */
export function corePercent(one: Detector, fps: number): number | null {
  return one.cost && Number.isFinite(fps) ? (one.cost.cpu_ms * fps) / 10 : null;
}
