// Numbers with their units, as the reader's language writes them.

import { i18n } from "../lib/i18n.svelte";

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

/** 929 GB. Powers of a thousand, as disks are sold. */
export function bytes(value: number): string {
  let unit = 0;
  let left = value;
  while (left >= 1000 && unit < UNITS.length - 1) {
    left /= 1000;
    unit += 1;
  }
  return `${decimal(left, left < 10 && unit > 1 ? 1 : 0)} ${UNITS[unit]}`;
}

export function decimal(value: number | null, digits: number): string {
  if (value === null) return "—";
  // Nothing is "-0.0".
  if (Math.abs(value) < 0.5 / 10 ** digits) value = 0;
  return new Intl.NumberFormat(i18n.locale, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
}

export function percent(share: number): string {
  return new Intl.NumberFormat(i18n.locale, {
    style: "percent",
    maximumFractionDigits: share < 0.1 ? 1 : 0,
  }).format(share);
}
