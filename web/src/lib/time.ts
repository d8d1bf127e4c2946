// Times as people read them: in the site's zone, with UTC for those who ask.

import { i18n } from "./i18n.svelte";
import { site } from "./site.svelte";

function format(iso: string | number | Date, options: Intl.DateTimeFormatOptions): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return "";
  return new Intl.DateTimeFormat(i18n.locale, { timeZone: site.timeZone, hour12: false, ...options }).format(
    date,
  );
}

export function clockTime(iso: string | number | Date): string {
  return format(iso, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

export function shortDate(iso: string | number | Date): string {
  return format(iso, { day: "2-digit", month: "short" });
}

export function dateTime(iso: string | number | Date): string {
  return format(iso, {
    day: "2-digit",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
}

/** The time alone for today, with the day otherwise. */
export function when(iso: string | number | Date, nowMs: number): string {
  return shortDate(iso) === shortDate(nowMs) ? clockTime(iso) : `${shortDate(iso)} ${clockTime(iso)}`;
}

export function utc(iso: string | number | Date): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? "" : `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** 45 s, 12 min, 3 h 20 min, 4 d. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min`;
  if (whole < 86400) {
    const minutes = Math.floor((whole % 3600) / 60);
    return minutes ? `${Math.floor(whole / 3600)} h ${minutes} min` : `${Math.floor(whole / 3600)} h`;
  }
  return `${Math.floor(whole / 86400)} d`;
}

/** Wall-clock parts of a moment in the site's zone, for date and time inputs ("2026-03-01T08:00:00"). */
export function toInput(ms: number): string {
  const parts = new Intl.DateTimeFormat("sv-SE", {
    timeZone: site.timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).format(new Date(ms));
  return parts.replace(" ", "T");
}

/** The moment that wall-clock text means in the site's zone, in ms; NaN where it is no time. */
export function fromInput(text: string): number {
  const asUtc = Date.parse(`${text}Z`);
  if (!Number.isFinite(asUtc)) return NaN;
  // Two rounds settle the offset on both sides of a daylight-saving change.
  let guess = asUtc;
  for (let round = 0; round < 2; round += 1) guess += asUtc - Date.parse(`${toInput(guess)}Z`);
  return guess;
}
