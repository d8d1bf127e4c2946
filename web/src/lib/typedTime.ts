// Dates and times as people type them: day first, 24 hours, whatever language the browser has. What is kept is
// wall-clock text of the site's zone ("2026-03-01T08:00:00"), as lib/time.ts reads and makes it.

/** What a field holds while its words are no time; `fromInput` makes NaN of it. */
export const UNREADABLE = "?";

const TYPED = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?:[ ,T]+(\d{1,2})(?::?(\d{2})(?::?(\d{2}))?)?)?$/;
const WRITTEN = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2}))?)?$/;

/** 01/03/2026 08:00:00; nothing for what is no time. */
export function shown(value: string, seconds: boolean): string {
  const found = WRITTEN.exec(value);
  if (!found) return "";
  const [, year, month, day, hour = "00", minute = "00", second = "00"] = found;
  return `${day}/${month}/${year} ${hour}:${minute}${seconds ? `:${second}` : ""}`;
}

/** What the words mean: "" for none, `UNREADABLE` for no time. */
export function typed(words: string): string {
  const text = words.trim();
  if (!text) return "";
  const day = TYPED.exec(text);
  const iso = day ? null : WRITTEN.exec(text);
  const found = day ?? iso;
  if (!found) return UNREADABLE;
  const [first = 0, month = 0, last = 0, hour = 0, minute = 0, second = 0] = found
    .slice(1)
    .map((one) => Number(one ?? 0));
  const [year, date] = day ? [last < 100 ? 2000 + last : last, first] : [first, last];
  return written(Date.UTC(year, month - 1, date, hour, minute, second), [
    year,
    month,
    date,
    hour,
    minute,
    second,
  ]);
}

/** 31 April and 25:00 are no times: `Date` would make others of them. */
function written(utc_ms: number, parts: number[]): string {
  const date = new Date(utc_ms);
  const made = [
    date.getUTCFullYear(),
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
  ];
  return made.every((one, index) => one === parts[index]) ? date.toISOString().slice(0, 19) : UNREADABLE;
}

/** Which part of "dd/mm/yyyy hh:mm:ss" the caret is in, counted from 0. */
export function partAt(text: string, caret: number): number {
  return text.slice(0, caret).replace(/\d/g, "").length;
}

/** Where a part stands: [from, to]. */
export function boundsOf(text: string, part: number): [number, number] {
  const found = [...text.matchAll(/\d+/g)][part];
  return found ? [found.index, found.index + found[0].length] : [text.length, text.length];
}

/** A time with one part (day, month, year, hour, minute, second) moved; the rest follows as a calendar does. */
export function moved(value: string, part: number, by: number): string {
  const at = Date.parse(`${value}Z`);
  if (!Number.isFinite(at)) return value;
  const date = new Date(at);
  if (part === 0) date.setUTCDate(date.getUTCDate() + by);
  else if (part === 1 || part === 2) {
    const day = date.getUTCDate();
    date.setUTCDate(1);
    date.setUTCMonth(date.getUTCMonth() + (part === 1 ? by : 12 * by));
    // The last day of a shorter month, never the first of the one after.
    const days = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
    date.setUTCDate(Math.min(day, days));
  } else date.setTime(at + by * ([3_600_000, 60_000, 1000][part - 3] ?? 0));
  return date.toISOString().slice(0, 19);
}
