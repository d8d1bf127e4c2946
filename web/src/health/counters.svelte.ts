// The site's counters while the health screen is open: a stream of its own, closed when the screen is left.

import { i18n } from "../lib/i18n.svelte";

type Row = Record<string, unknown>;
export interface Counters {
  analysis: Row[];
  workers: Row[];
  recording: Row[];
  disks: Row[];
  now: string;
}

export function number(row: Row | undefined, key: string): number | null {
  const value = row?.[key];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

export function text(row: Row | undefined, key: string): string {
  const value = row?.[key];
  return typeof value === "string" ? value : "";
}

/** How fast a counter grew between two tellings; null: not known yet, or it began anew. */
export function perSecond(before: number | null, after: number | null, seconds: number): number | null {
  if (before === null || after === null || after < before || seconds <= 0) return null;
  return (after - before) / seconds;
}

const WINDOW = 6; // tellings, 2 s apart

export class CounterFeed {
  private source: EventSource;
  private kept: Counters[] = [];
  newest = $state.raw<Counters | null>(null);
  oldest = $state.raw<Counters | null>(null);

  constructor() {
    this.source = new EventSource(`/api/stream?counters=true&lang=${i18n.language}`);
    this.source.addEventListener("counters", (event) => {
      const told = JSON.parse((event as MessageEvent<string>).data) as Counters;
      this.kept = [...this.kept.slice(1 - WINDOW), told];
      this.newest = told;
      this.oldest = this.kept[0] ?? null;
    });
  }

  /** Seconds between the oldest and the newest telling. */
  get span_s(): number {
    if (!this.newest || !this.oldest) return 0;
    return (Date.parse(this.newest.now) - Date.parse(this.oldest.now)) / 1000;
  }

  /** The rate of a counter of one row, over the last some seconds. */
  rate(group: keyof Omit<Counters, "now">, same: (row: Row) => boolean, key: string): number | null {
    return perSecond(
      number(this.oldest?.[group].find(same), key),
      number(this.newest?.[group].find(same), key),
      this.span_s,
    );
  }

  close(): void {
    this.source.close();
  }
}
