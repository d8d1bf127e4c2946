// The order of the queue, what is folded into one row, and what the filters let through. Pure, so that it can be tested.

import type { Schemas } from "../api/client";

export type Alert = Schemas["AlertOut"];
export type Severity = Schemas["Severity"];
export type Order = "urgency" | "newest" | "oldest";

export const SEVERITIES: Severity[] = ["critical", "high", "medium", "low", "info"];
const RANK: Record<Severity, number> = { critical: 0, high: 1, medium: 2, low: 3, info: 4 };

export interface Filter {
  /** Words, all of which must occur in the sentence or in a name. */
  text: string;
  severity: Severity | "";
  camera: string;
  rule: string;
  order: Order;
  closed: boolean;
}

export const ALL: Filter = {
  text: "",
  severity: "",
  camera: "",
  rule: "",
  order: "urgency",
  closed: false,
};

export interface Row {
  /** What the row stands for: of a folded group the first that is still open. */
  alert: Alert;
  /** The open alerts of the group, oldest first; a lone alert is a group of one. */
  group: Alert[];
  /** Part of an unfolded group, below its first. */
  child: boolean;
  unfolded: boolean;
}

export function isOpen(alert: Pick<Alert, "status">): boolean {
  return alert.status === "new" || alert.status === "acknowledged";
}

/** The most severe first, then the newest; the id settles the rest, so that the order never flickers. */
export function byUrgency(a: Alert, b: Alert): number {
  return RANK[a.severity] - RANK[b.severity] || newestFirst(a, b);
}

function newestFirst(a: Alert, b: Alert): number {
  if (a.raised_at !== b.raised_at) return a.raised_at < b.raised_at ? 1 : -1;
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0;
}

export const COMPARE: Record<Order, (a: Alert, b: Alert) => number> = {
  urgency: byUrgency,
  newest: newestFirst,
  oldest: (a, b) => newestFirst(b, a),
};

/** Lower case without accents, as people type. */
export function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

export function matches(alert: Alert, filter: Filter): boolean {
  if (filter.severity && alert.severity !== filter.severity) return false;
  if (filter.camera && alert.camera_id !== filter.camera) return false;
  if (filter.rule && alert.rule !== filter.rule) return false;
  const words = plain(filter.text).split(/\s+/).filter(Boolean);
  if (!words.length) return true;
  const text = plain(
    [alert.camera_name, alert.rule, alert.zone ?? "", alert.explanation, alert.handled_by ?? ""].join(" "),
  );
  return words.every((word) => text.includes(word));
}

/** The rows of the queue: one for each burst of similar alerts, in order; those of unfolded ones below their first. */
export function rowsOf(alerts: Alert[], order: Order, unfolded: ReadonlySet<string>): Row[] {
  const groups = new Map<string, Alert[]>();
  for (const alert of alerts) {
    const there = groups.get(alert.group_id);
    if (there) there.push(alert);
    else groups.set(alert.group_id, [alert]);
  }
  const heads: Row[] = [];
  for (const [id, group] of groups) {
    if (group.length > 1) group.sort(COMPARE.oldest);
    heads.push({ alert: group[0] as Alert, group, child: false, unfolded: unfolded.has(id) });
  }
  const compare = COMPARE[order];
  heads.sort((a, b) => compare(a.alert, b.alert));
  if (!unfolded.size) return heads;
  return heads.flatMap((head) => [
    head,
    ...(head.unfolded
      ? head.group.slice(1).map((alert) => ({ alert, group: head.group, child: true, unfolded: false }))
      : []),
  ]);
}

/** Which row shows the alert: its own, or the folded one that it is in; -1: none. */
export function rowIndex(rows: Row[], id: string): number {
  const own = rows.findIndex((row) => row.alert.id === id);
  return own >= 0 ? own : rows.findIndex((row) => row.group.some((one) => one.id === id));
}

/** The alert to go to from row `index` when those of `settled` are done: the next one that is open, else the one before. */
export function openAfter(rows: Row[], index: number, settled: ReadonlySet<string>): string | undefined {
  const left = (alert: Alert): boolean => isOpen(alert) && !settled.has(alert.id);
  const here = Math.max(index, 0);
  const inOrder = [...rows.slice(here), ...rows.slice(0, here).reverse()];
  return inOrder.find((row) => row.group.some(left))?.group.find(left)?.id;
}
