// Asking for tracks: one request, answered line by line as sites answer.

import { loggedOut, spoken } from "../api/client";

export interface Found {
  id: string;
  camera_id: string;
  track_id: number;
  class: string;
  started_at: string;
  ended_at: string;
  dwell_s: number;
  heading_deg?: number;
  bearing_deg?: number;
  speed_hps: number;
  speed_mps?: number;
  colour?: string;
  at: string;
  box_norm: [number, number, number, number];
}

export type Line =
  | { kind: "site"; site_id: string; site: string; tracks: Found[]; cursor?: string; searched_to?: string }
  | { kind: "silent"; site_id: string; site: string; error: string; message: string; hint?: string }
  | { kind: "end"; sites: number; unanswered: string[] };

export interface Between {
  least?: number;
  most?: number;
}

export interface Query {
  start: string;
  end: string;
  cameras?: string[];
  classes: string[];
  sectors: string[];
  speed_hps: Between;
  speed_mps: Between;
  dwell_s: Between;
  zone?: { ring: [number, number][]; inside_s: number };
  colours: string[];
  order: string;
  limit: number;
  cursors?: Record<string, string>;
}

/** What went wrong with the whole search, in words. */
export class Refused extends Error {}

/** Lines as they come. Ends with the answer, or by throwing Refused, or what `fetch` throws. */
export async function* search(query: Query, signal: AbortSignal): AsyncGenerator<Line> {
  const answer = await fetch("/api/search/tracks", {
    method: "POST",
    credentials: "same-origin",
    headers: { "content-type": "application/json", ...spoken() },
    body: JSON.stringify(query),
    signal,
  });
  if (answer.status === 401) loggedOut.dispatchEvent(new Event("now"));
  if (!answer.ok || !answer.body) {
    const said = (await answer.json().catch(() => null)) as { message?: string; hint?: string } | null;
    throw new Refused([said?.message ?? `HTTP ${answer.status}`, said?.hint].filter(Boolean).join(". "));
  }
  for await (const text of lines(answer.body)) yield JSON.parse(text) as Line;
}

/** The lines of a stream of octets, each as soon as it is whole. */
export async function* lines(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      rest += decoder.decode(value, { stream: !done });
      const whole = rest.split("\n");
      rest = whole.pop() ?? "";
      for (const line of whole) if (line) yield line;
      if (done) break;
    }
    if (rest) yield rest;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** Results of several sites in one order, each track once. */
export function merged(known: Found[], more: Found[], order: string): Found[] {
  const all = new Map(known.map((one) => [one.id, one]));
  for (const one of more) if (!all.has(one.id)) all.set(one.id, one);
  const by =
    order === "longest"
      ? (one: Found, other: Found) => other.dwell_s - one.dwell_s
      : (one: Found, other: Found) => Date.parse(other.started_at) - Date.parse(one.started_at);
  return [...all.values()].sort(by);
}
