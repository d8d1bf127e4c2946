// Alerts that were settled: not kept in memory, but asked for page by page, the newest first.

import { api, ask } from "../api/client";
import { sentence } from "../lib/problems";
import type { Alert, Filter } from "./queue";

const PAGE = 200;

let found = $state.raw<Alert[]>([]);
let problem = $state("");
let next: string | null = null;
let running: AbortController | null = null;
let query: Record<string, string> = {};
let timer = 0;

async function page(): Promise<void> {
  const mine = new AbortController();
  running?.abort();
  running = mine;
  const result = await ask(
    api.GET("/api/alerts", {
      params: {
        query: { ...query, status: ["dismissed", "escalated"], limit: PAGE, cursor: next ?? undefined },
      },
      signal: mine.signal,
    }),
  );
  if (running === mine) running = null;
  if (mine.signal.aborted || result.kind === "aborted") return;
  if (result.kind === "error") {
    problem = sentence(result);
    return;
  }
  problem = "";
  found = [...found, ...result.data.alerts];
  next = result.data.next;
}

export const closedAlerts = {
  get found(): Alert[] {
    return found;
  },
  get problem(): string {
    return problem;
  },
  /** Begin anew with this filter, once the person stops typing. */
  search(filter: Filter): void {
    const wanted = Object.entries({
      severity: filter.severity,
      camera: filter.camera,
      rule: filter.rule,
      text: filter.text.trim(),
    }).filter(([, value]) => value !== "");
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      query = Object.fromEntries(wanted);
      next = null;
      found = [];
      void page();
    }, 200);
  },
  more(): void {
    if (next && !running) void page();
  },
};
