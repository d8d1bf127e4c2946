// A grant as a sentence. The parts are made here, in the reader's language; the catalogue puts them in order.

import { i18n, known, t } from "../lib/i18n.svelte";
import { site } from "../lib/site.svelte";
import { clockTime, shortDate } from "../lib/time";
import type { Grant } from "../lib/agencies.svelte";

interface Window {
  days: number[];
  from: string;
  to: string;
}

export type GrantState = Grant["state"];
export const RIGHTS = ["live", "playback", "ptz", "search", "alerts", "evidence"] as const;
const NAMED = 3;

export function listed(words: string[], type: "conjunction" | "disjunction" = "conjunction"): string {
  return new Intl.ListFormat(i18n.locale, { type }).format(words);
}

export function dayOf(iso: string): string {
  return new Intl.DateTimeFormat(i18n.locale, {
    timeZone: site.timeZone,
    day: "numeric",
    month: "short",
    year: "numeric",
  }).format(new Date(iso));
}

/** In one order everywhere, those that this version does not know last. */
const inOrder = (rights: string[]): string[] =>
  rights.toSorted((a, b) => place(a) - place(b) || a.localeCompare(b));
const place = (right: string): number => {
  const found = (RIGHTS as readonly string[]).indexOf(right);
  return found < 0 ? RIGHTS.length : found;
};
const word = (stem: string, right: string): string =>
  known(`sharing-${stem}-${right}`) ? t(`sharing-${stem}-${right}`) : right;

/** The purpose of emergencies is the program's own word; all others are people's. */
export const purposeWords = (purpose: string): string =>
  purpose === "emergency" ? t("sharing-purpose-emergency") : purpose;

export const rightsOf = (grant: Grant): string =>
  listed(inOrder(grant.rights).map((one) => word("right", one)));

/** What is done with the cameras themselves, and what beside: "watch live" them, "and get their alerts". */
function deeds(grant: Grant): { rights: string; also: string } {
  const rights = inOrder(grant.rights);
  const direct = rights.filter((one) => known(`sharing-may-${one}`));
  const beside = rights.filter((one) => !direct.includes(one));
  if (!direct.length) return { rights: listed(beside.map((one) => word("of", one))), also: "" };
  const also = beside.length
    ? t("sharing-also", { deeds: listed(beside.map((one) => word("their", one))) })
    : "";
  return { rights: listed(direct.map((one) => word("may", one))), also: also && ` ${also}` };
}

export function camerasOf(grant: Grant): string {
  const { kind } = grant.cameras;
  if (kind === "all") return t("sharing-cameras-all");
  if (kind === "area") return t("sharing-cameras-area");
  if (kind === "tag") return t("sharing-cameras-tag", { tag: String(grant.cameras.tag) });
  const ids = grant.cameras.ids as string[];
  if (!ids.length) return t("sharing-cameras-none");
  const names = ids.map((id) => site.camera(id)?.name);
  if (ids.length > NAMED || names.some((one) => !one))
    return t("sharing-cameras-count", { count: ids.length });
  return t("sharing-cameras-named", { count: ids.length, names: listed(names as string[]) });
}

export function dayNames(days: number[]): string {
  // 5 January 2026 is a Monday.
  const name = (day: number) =>
    new Intl.DateTimeFormat(i18n.locale, { weekday: "short", timeZone: "UTC" }).format(
      Date.UTC(2026, 0, 5 + day),
    );
  const sorted = [...days].sort((a, b) => a - b);
  const [first = 0, last = 0] = [sorted[0], sorted.at(-1)];
  if (sorted.length === 7) return t("sharing-every-day");
  if (sorted.length > 2 && last - first === sorted.length - 1)
    return t("sharing-days-span", { first: name(first), last: name(last) });
  return listed(sorted.map(name));
}

export function hoursOf(grant: Grant): string {
  if (!grant.hours) return t("sharing-hours-any");
  const windows = grant.hours.windows as Window[];
  if (!windows.length) return t("sharing-hours-never");
  return listed(
    windows.map((one) => t("sharing-hours-window", { days: dayNames(one.days), from: one.from, to: one.to })),
  );
}

export function conditionsOf(grant: Grant): string {
  const parts = Object.entries(grant.conditions).map(([name, value]) =>
    name === "case_number" && value !== true
      ? t("sharing-condition-this-case", { number: String(value) })
      : known(`sharing-condition-${name}`)
        ? t(`sharing-condition-${name}`)
        : t("sharing-condition-unknown", { name }),
  );
  return listed(parts);
}

const spanOf = (grant: Grant): string =>
  grant.span_start && grant.span_end
    ? t("sharing-span", {
        day: shortDate(grant.span_start),
        from: clockTime(grant.span_start),
        to: clockTime(grant.span_end),
      })
    : "";

/** "PNP may see live and play back all cameras of La Victoria, at any hour, for robbery, until 31 Dec 2026; ..." */
export function sentenceOf(grant: Grant): string {
  const parts = {
    owner: grant.owner.name,
    grantee: grant.grantee.name,
    ...deeds(grant),
    cameras: camerasOf(grant),
    hours: hoursOf(grant),
    purposes: listed(grant.purposes.map(purposeWords), "disjunction"),
    until: dayOf(grant.expires_at),
    span: spanOf(grant),
    clock: clockTime(grant.expires_at),
  };
  const conditions = conditionsOf(grant);
  const text = t(`sharing-sentence-${grant.kind}`, parts);
  return conditions ? `${text}; ${conditions}.` : `${text}.`;
}

/** Readable in groups of four, as people compare them by telephone. */
export async function fingerprint(publicKeyHex: string): Promise<string> {
  const bytes = new Uint8Array((publicKeyHex.match(/../g) ?? []).map((pair) => parseInt(pair, 16)));
  return (await sha256(bytes)).slice(0, 32).replace(/(.{4})(?=.)/g, "$1 ");
}

export async function sha256(bytes: BufferSource): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((one) => one.toString(16).padStart(2, "0")).join("");
}
