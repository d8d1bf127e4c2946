// The sections of a rules file as the editor holds them. What they mean is checked by the server alone.

import type { Schemas } from "../api/client";

export type Point = [number, number];
export interface Wire {
  from: Point;
  to: Point;
}
export type Rule = Record<string, unknown> & { name: string; kind: string };
export interface Rules {
  zones: Record<string, Point[]>;
  tripwires: Record<string, Wire>;
  rules: Rule[];
}
export type RuleKind = Schemas["RuleKindOut"];
export type Problem = Schemas["RulesProblemOut"];
export interface Shape {
  section: "zones" | "tripwires";
  name: string;
}

/** The part of JSON Schema that the kinds of rules use. */
export interface Parameter {
  type?: string;
  enum?: string[];
  const?: string;
  minimum?: number;
  maximum?: number;
  default?: unknown;
  description?: string;
  items?: Parameter;
  anyOf?: Parameter[];
  $ref?: string;
  properties?: Record<string, Parameter>;
}

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

/** A kind's parameters in the order of its model, references resolved, what may be null as what it else is. */
export function parametersOf(kind: RuleKind): Map<string, Parameter> {
  const schema = kind.parameters as {
    properties?: Record<string, Parameter>;
    $defs?: Record<string, Parameter>;
  };
  const found = new Map<string, Parameter>();
  for (const [name, part] of Object.entries(schema.properties ?? {})) {
    const told = part.anyOf?.find((one) => one.type !== "null") ?? part;
    const named = told.$ref ? schema.$defs?.[told.$ref.replace("#/$defs/", "")] : undefined;
    found.set(name, { ...named, ...told, ...part });
  }
  return found;
}

/** Points to four decimals: a tenth of a pixel, and no noise in the file. */
export function tidy([x, y]: Point): Point {
  const round = (value: number): number => Math.round(Math.min(1, Math.max(0, value)) * 1e4) / 1e4;
  return [round(x), round(y)];
}

export function pointsOf(rules: Rules, shape: Shape): Point[] {
  if (shape.section === "zones") return rules.zones[shape.name] ?? [];
  const wire = rules.tripwires[shape.name];
  return wire ? [wire.from, wire.to] : [];
}

/** `rules` with other points for a shape. */
export function withPoints(rules: Rules, shape: Shape, points: Point[]): Rules {
  const tidied = points.map(tidy);
  if (shape.section === "zones") return { ...rules, zones: { ...rules.zones, [shape.name]: tidied } };
  const [from = [0, 0], to = [1, 1]] = tidied;
  return { ...rules, tripwires: { ...rules.tripwires, [shape.name]: { from, to } } };
}

/** A name that no shape of the section and no rule has yet: "Zona 2". */
export function freeName(stem: string, taken: Iterable<string>): string {
  const names = new Set([...taken].map((one) => one.toLowerCase()));
  for (let number = 1; ; number += 1) {
    const name = `${stem} ${number}`;
    if (!names.has(name.toLowerCase())) return name;
  }
}

const KEYS = { zones: "zone", tripwires: "tripwire" } as const;

/** `rules` with a shape called otherwise; the rules that use it follow. */
export function renamed(rules: Rules, shape: Shape, name: string): Rules {
  const places = rules[shape.section] as Record<string, unknown>;
  const kept = Object.entries(places).map(([old, value]) => [old === shape.name ? name : old, value]);
  const key = KEYS[shape.section];
  return {
    ...rules,
    [shape.section]: Object.fromEntries(kept),
    rules: rules.rules.map((one) => (one[key] === shape.name ? { ...one, [key]: name } : one)),
  };
}

/** `rules` without a shape, and the names of the rules that used it: they must be told another place. */
export function without(rules: Rules, shape: Shape): Rules {
  const places = { ...(rules[shape.section] as Record<string, unknown>) };
  delete places[shape.name];
  return { ...rules, [shape.section]: places };
}

export function usersOf(rules: Rules, shape: Shape): string[] {
  return rules.rules.filter((one) => one[KEYS[shape.section]] === shape.name).map((one) => one.name);
}

/** Days of a schedule, as numbers from Monday 0. */
export function daysOf(written: unknown): Set<number> {
  if (written === undefined || written === null) return new Set(DAYS.keys());
  const days = new Set<number>();
  for (const item of Array.isArray(written) ? written : [written]) {
    const [first = "", last = first] = String(item).toLowerCase().split("..");
    const from = (DAYS as readonly string[]).indexOf(first);
    const to = (DAYS as readonly string[]).indexOf(last);
    if (from < 0 || to < 0) continue;
    for (let step = 0; step <= (to - from + 7) % 7; step += 1) days.add((from + step) % 7);
  }
  return days;
}

/** The same written shortly: [mon..fri, sun]. */
export function writeDays(days: Set<number>): string[] {
  const written: string[] = [];
  for (let day = 0; day < 7; day += 1) {
    if (!days.has(day)) continue;
    let last = day;
    while (last < 6 && days.has(last + 1)) last += 1;
    if (last - day >= 2) written.push(`${DAYS[day]}..${DAYS[last]}`);
    else for (let one = day; one <= last; one += 1) written.push(DAYS[one] as string);
    day = last;
  }
  return written;
}

/** A catalogue's sentence with fields in it, "más de [dwell_s] en [zone]", as its parts. */
export function partsOf(sentence: string): { text: string; field: string | null }[] {
  return sentence
    .split(/(\[\w+\])/)
    .filter(Boolean)
    .map((part) => {
      const field = /^\[(\w+)\]$/.exec(part)?.[1] ?? null;
      return { text: field ? "" : part, field };
    });
}

/** What is wrong with one shape or one rule. */
export function problemsAt(problems: Problem[], path: string): Problem[] {
  return problems.filter((one) => one.path === path || one.path.startsWith(`${path}.`));
}
