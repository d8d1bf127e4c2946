// What a person reads when a request failed.

import type { Result } from "../api/client";
import { t } from "./i18n.svelte";
import { toasts } from "./toasts.svelte";

type Failed = Extract<Result<unknown>, { kind: "error" }>;

/** The sentence for a failure: the server's own, or that there is no connection. */
export function sentence(failed: Failed): string {
  if (failed.status === 0) return t("app-no-connection");
  return failed.hint ? `${failed.message}. ${failed.hint}` : failed.message;
}

/** Give the data, or tell the person why there is none and give null. */
export function orTell<T>(result: Result<T>): T | null {
  if (result.kind === "ok") return result.data;
  // A login that ended brings the login form by itself.
  if (result.kind === "error" && result.status !== 401) toasts.problem(sentence(result));
  return null;
}
