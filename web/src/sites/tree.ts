// Agencies as a tree: each with how deep it stands, parents before children.

import type { Agency } from "../lib/agencies.svelte";

export interface Branch {
  agency: Agency;
  depth: number;
}

export function treeOf(all: Agency[]): Branch[] {
  const ids = new Set(all.map((one) => one.id));
  const children = new Map<string, Agency[]>();
  for (const one of all) {
    // A parent that this desk does not know leaves its child at the top.
    const parent = one.parent_id && ids.has(one.parent_id) ? one.parent_id : "";
    children.set(parent, [...(children.get(parent) ?? []), one]);
  }
  const found: Branch[] = [];
  const walk = (parent: string, depth: number): void => {
    for (const agency of children.get(parent) ?? []) {
      found.push({ agency, depth });
      walk(agency.id, depth + 1);
    }
  };
  walk("", 0);
  return found;
}

/** The agencies that may be the parent of one: not itself, and nothing below it. */
export function parentsFor(all: Agency[], id: string): Agency[] {
  const below = new Set([id]);
  for (const { agency } of treeOf(all))
    if (agency.parent_id && below.has(agency.parent_id)) below.add(agency.id);
  return all.filter((one) => !below.has(one.id));
}

/** "Comisaría Cercado" -> "comisaria-cercado": an id is short, plain and never changes. */
export function idFrom(name: string): string {
  return name
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 40);
}
