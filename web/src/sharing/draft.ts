// What the form of a new grant holds, and what it says to the server.

import type { Schemas } from "../api/client";
import type { Grant } from "../lib/agencies.svelte";

export type Selecting = "all" | "list" | "area";
export type Polygon = { type: string; coordinates: unknown };

export interface Hours {
  days: number[];
  start: string;
  end: string;
}

export interface Draft {
  /** We are the owner; false: the other agency is. */
  gives: boolean;
  own: string;
  other: string;
  selecting: Selecting;
  ids: string[];
  area: Polygon | null;
  rights: Schemas["Right"][];
  purposes: string[];
  windows: Hours[] | null;
  timeZone: string;
  startsAt: number;
  expiresAt: number;
  caseNumber: "" | "any" | { is: string };
  twoPerson: boolean;
  paper: string;
  note: string;
}

/** "robo, hurto ; incendio" is three purposes; capitals make no difference. */
export function purposesIn(text: string): string[] {
  const found = new Map<string, string>();
  for (const part of text.split(/[,;\n]/)) {
    const words = part.trim().replace(/\s+/g, " ");
    if (words && !found.has(words.toLocaleLowerCase())) found.set(words.toLocaleLowerCase(), words);
  }
  return [...found.values()];
}

export const clockIsGood = (text: string): boolean => /^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$/.test(text);

/** What is still missing: the name of a part of the form; "" where it can be sent. */
export function missing(draft: Draft): string {
  if (!draft.other) return "agency";
  if (draft.selecting === "list" && !draft.ids.length) return "cameras";
  if (draft.selecting === "area" && !draft.area) return "area";
  if (!draft.rights.length) return "rights";
  if (!draft.purposes.length) return "purposes";
  if (draft.windows && !draft.windows.length) return "hours";
  if (draft.windows?.some((one) => !one.days.length || !clockIsGood(one.start) || !clockIsGood(one.end)))
    return "hours";
  if (!(draft.startsAt < draft.expiresAt)) return "period";
  if (typeof draft.caseNumber === "object" && !draft.caseNumber.is.trim()) return "case";
  return "";
}

const caseOf = (draft: Draft): boolean | string =>
  typeof draft.caseNumber === "object" ? draft.caseNumber.is.trim() : draft.caseNumber === "any";

export function bodyOf(draft: Draft): Schemas["GrantIn"] {
  return {
    owner: draft.gives ? draft.own : draft.other,
    grantee: draft.gives ? draft.other : draft.own,
    cameras: {
      kind: draft.selecting,
      ids: draft.selecting === "list" ? draft.ids : [],
      area: draft.selecting === "area" ? (draft.area as unknown as Record<string, unknown>) : null,
      tag: "",
    },
    rights: draft.rights,
    purposes: draft.purposes,
    hours: draft.windows && { time_zone: draft.timeZone, windows: draft.windows },
    starts_at: new Date(draft.startsAt).toISOString(),
    expires_at: new Date(draft.expiresAt).toISOString(),
    conditions: { case_number: caseOf(draft), two_person: draft.twoPerson },
    document_sha256: draft.paper || null,
    note: draft.note.trim(),
  };
}

/** The grant that it would be, for its sentence; null while a time cannot be read. */
export function preview(draft: Draft, name: (id: string) => string): Grant | null {
  if (!Number.isFinite(draft.startsAt) || !Number.isFinite(draft.expiresAt)) return null;
  const body = bodyOf(draft);
  const party = (id: string) => ({ id, name: id ? name(id) : "…" });
  return {
    id: "",
    kind: "convenio",
    state: "draft",
    owner: party(body.owner),
    grantee: party(body.grantee),
    given: draft.gives,
    cameras: { kind: body.cameras.kind, ids: draft.ids },
    rights: body.rights.length ? body.rights : ["…"],
    purposes: body.purposes.length ? body.purposes : ["…"],
    hours: draft.windows && {
      windows: draft.windows.map((one) => ({ days: one.days, from: one.start, to: one.end })),
    },
    starts_at: body.starts_at,
    expires_at: body.expires_at,
    span_start: null,
    span_end: null,
    conditions: {
      ...(caseOf(draft) && { case_number: caseOf(draft) }),
      ...(draft.twoPerson && { two_person: true }),
    },
    document_sha256: null,
    note: "",
    signed_by: [],
    awaits_own_signature: false,
    awaits_review: false,
    waiting: 0,
    refused: false,
    statements: [],
  };
}
