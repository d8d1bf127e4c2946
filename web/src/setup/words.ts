// What a person reads when the site refused something of a camera: the server's sentence, and what to do here.

import type { Result } from "../api/client";
import { known, t } from "../lib/i18n.svelte";
import { sentence } from "../lib/problems";

type Failed = Extract<Result<unknown>, { kind: "error" }>;

/** The server's hints name its command line; where this page has a better one, it is told instead. */
export function told(failed: Failed): string {
  return said(failed.key, failed.message, failed.hint) ?? sentence(failed);
}

export function said(key: string | null, message: string, hint: string | null): string | null {
  const own = `setup-hint-${key ?? ""}`;
  if (known(own)) return `${message}. ${t(own)}`;
  return hint ? `${message}. ${hint}` : message || null;
}

/** 1.85 Mb/s, 640 kb/s. */
export function bitRate(bitsPerSecond: number): string {
  return bitsPerSecond >= 1e6
    ? `${(bitsPerSecond / 1e6).toFixed(2)} Mb/s`
    : `${Math.round(bitsPerSecond / 1e3)} kb/s`;
}
