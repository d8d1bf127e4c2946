// Requests to the desk, typed by its own OpenAPI description (schema.d.ts is generated: `make api`).

import createClient, { type Middleware } from "openapi-fetch";
import { i18n } from "../lib/i18n.svelte";
import { purpose } from "../lib/purpose.svelte";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

/** What became of a request. `error` has a sentence for people, in their language, and what to do. */
export type Result<T> =
  | { kind: "ok"; data: T }
  | { kind: "aborted" }
  | {
      kind: "error";
      status: number;
      key: string;
      message: string;
      hint: string | null;
      reason: string | null;
    };

/** Told when the server says that nobody is logged in. */
export const loggedOut = new EventTarget();

/** What goes with every request: the reader's language, and what they look for. */
export function spoken(): Record<string, string> {
  return {
    "x-veedor-language": i18n.language,
    ...(purpose.purpose && { "x-veedor-purpose": encodeURIComponent(purpose.purpose) }),
    ...(purpose.caseNumber && { "x-veedor-case": encodeURIComponent(purpose.caseNumber) }),
  };
}

const language: Middleware = {
  onRequest({ request }) {
    for (const [name, value] of Object.entries(spoken())) request.headers.set(name, value);
    return request;
  },
  async onResponse({ response }) {
    // A wrong password or code is answered with 401 as well; only this key says that nobody is logged in.
    if (response.status === 401) {
      const said = (await response
        .clone()
        .json()
        .catch(() => null)) as { error?: string } | null;
      if (said?.error === "error-not-authenticated") loggedOut.dispatchEvent(new Event("now"));
    }
    return response;
  },
};

export const api = createClient<paths>({ baseUrl: location.origin, credentials: "same-origin" });
api.use(language);

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** Wait for a call of `api` and say what became of it. Never throws. */
export async function ask<T>(call: Promise<Answer<T>>): Promise<Result<T>> {
  try {
    const { data, error, response } = await call;
    if (response.ok) return { kind: "ok", data: data as T };
    return refusal(response.status, error);
  } catch (problem) {
    if (problem instanceof DOMException && problem.name === "AbortError") return { kind: "aborted" };
    return { kind: "error", status: 0, key: "no-connection", message: "", hint: null, reason: null };
  }
}

function refusal(status: number, body: unknown): Result<never> {
  const said = (body ?? {}) as {
    error?: string;
    message?: string;
    hint?: string | null;
    reason?: string | null;
  };
  return {
    kind: "error",
    status,
    key: said.error ?? `http-${status}`,
    message: said.message ?? `HTTP ${status}`,
    hint: said.hint ?? null,
    reason: said.reason ?? null,
  };
}

/** The address of a picture or clip, in the reader's language where it fails, with what they look for. Parts are escaped. */
export function mediaUrl(parts: string[], query: Record<string, string> = {}): string {
  const text = new URLSearchParams({ ...purpose.query(), ...query, lang: i18n.language }).toString();
  return `/${["api", ...parts].map(encodeURIComponent).join("/")}?${text}`;
}
