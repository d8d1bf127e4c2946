// The rules of one camera while they are edited: what was read, what it becomes, and what the server says of it.

import { api, ask, type Schemas } from "../api/client";
import { t } from "../lib/i18n.svelte";
import { toasts } from "../lib/toasts.svelte";
import type { Problem, RuleKind, Rules } from "./rules";
import { told } from "./words";

const UNDO_STEPS = 50;

export class Editing {
  phase = $state<"loading" | "ready" | "failed">("loading");
  failed = $state("");
  kinds = $state.raw<RuleKind[]>([]);
  text = $state("");
  isDefault = $state(false);
  hasHistory = $state(false);
  rules = $state.raw<Rules | null>(null);
  problems = $state.raw<Problem[]>([]);
  history = $state.raw<Rules[]>([]);
  saving = $state(false);
  checking = $state(false);
  conflict = $state(false);
  trying = $state(false);
  tried = $state.raw<Schemas["TriedOut"] | null>(null);
  /** The YAML is being written: the picture and the forms show the last state that was right. */
  behind = $state(false);

  #savedText = $state("");
  #version = "";
  #timer = 0;
  #asked = 0;
  /** What the check that is under way puts into the text; null: the text itself was written. */
  #due: Rules | null = null;
  readonly #id: string;
  readonly #name: string;

  readonly dirty = $derived(this.text !== this.#savedText);
  readonly ready = $derived(this.dirty && !this.problems.length && !this.saving);

  constructor(id: string, name: string) {
    this.#id = id;
    this.#name = name;
  }

  get #path(): { params: { path: { camera_id: string } } } {
    return { params: { path: { camera_id: this.#id } } };
  }

  async load(): Promise<void> {
    const [there, kinds] = await Promise.all([
      ask(api.GET("/api/cameras/{camera_id}/rules", this.#path)),
      this.kinds.length ? null : ask(api.GET("/api/rules/kinds")),
    ]);
    if (kinds?.kind === "ok") this.kinds = kinds.data;
    const wrong = kinds?.kind === "error" ? kinds : there.kind === "error" ? there : null;
    if (wrong || there.kind !== "ok") {
      this.failed = wrong ? told(wrong) : "";
      this.phase = "failed";
      return;
    }
    this.#take(there.data);
    await this.check(null);
    this.phase = "ready";
  }

  /** Somebody saved these rules: take theirs in, unless there are changes here. */
  async news(): Promise<void> {
    const there = await ask(api.GET("/api/cameras/{camera_id}/rules", this.#path));
    if (there.kind !== "ok" || there.data.version === this.#version || this.saving) return;
    if (this.dirty) this.conflict = true;
    else {
      this.#take(there.data);
      await this.check(null);
    }
  }

  /** Ask what is wrong; with `document`, what the text becomes when that is put into it. */
  async check(document: Rules | null): Promise<void> {
    clearTimeout(this.#timer);
    this.#asked += 1;
    const mine = this.#asked;
    this.checking = true;
    const text = this.text;
    const body = document ? { text, document: document as unknown as Record<string, unknown> } : { text };
    const result = await ask(api.POST("/api/rules/check", { body }));
    if (mine !== this.#asked) return; // a later question has a later answer
    this.checking = false;
    if (result.kind !== "ok") {
      if (result.kind === "error" && result.status !== 401) toasts.problem(told(result));
      return;
    }
    if (document) this.text = result.data.text;
    this.problems = result.data.problems;
    this.behind = !document && !result.data.document;
    if (!document && result.data.document) this.rules = result.data.document as unknown as Rules;
  }

  change(next: Rules, wait_ms = 150): void {
    if (this.rules) this.history = [...this.history.slice(1 - UNDO_STEPS), this.rules];
    this.rules = next;
    this.tried = null;
    this.#later(next, wait_ms);
  }

  /** Whether there was anything to undo. */
  undo(): boolean {
    const last = this.history.at(-1);
    if (!last) return false;
    this.history = this.history.slice(0, -1);
    this.rules = last;
    this.#later(last, 0);
    return true;
  }

  typed(given: string): void {
    this.text = given;
    this.history = [];
    this.tried = null;
    this.#later(null, 350);
  }

  /** Save what is right; `mayAsk` says no where a person must be asked first. */
  async save(mayAsk: () => boolean = () => true): Promise<void> {
    if (this.saving || !this.dirty) return;
    if (this.checking) await this.check(this.#due);
    if (this.problems.length || !mayAsk()) return;
    this.saving = true;
    const body = { text: this.text, version: this.#version };
    const result = await ask(api.PUT("/api/cameras/{camera_id}/rules", { ...this.#path, body }));
    if (result.kind === "ok") {
      this.#take(result.data);
      toasts.done(t("setup-rules-saved", { name: this.#name }));
      if (result.data.notes.length) toasts.problem(result.data.notes.join(". "));
    } else if (result.kind === "error") {
      if (result.key === "error-compose-rules-changed") this.conflict = true;
      else toasts.problem(told(result));
    }
    this.saving = false;
  }

  /** Save over what somebody else saved meanwhile. */
  async saveMine(): Promise<void> {
    const there = await ask(api.GET("/api/cameras/{camera_id}/rules", this.#path));
    if (there.kind !== "ok") return;
    this.#version = there.data.version;
    this.conflict = false;
    await this.save();
  }

  async tryOut(): Promise<void> {
    if (this.problems.length || this.trying) return;
    this.trying = true;
    const body = { text: this.text, minutes: 10 };
    const result = await ask(api.POST("/api/cameras/{camera_id}/rules/try", { ...this.#path, body }));
    if (result.kind === "ok") this.tried = result.data;
    else if (result.kind === "error") toasts.problem(told(result));
    this.trying = false;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #take(one: Schemas["RulesOut"]): void {
    this.text = this.#savedText = one.text;
    this.#version = one.version;
    this.isDefault = one.is_default;
    this.hasHistory = one.has_history;
    this.conflict = false;
    this.history = [];
  }

  #later(document: Rules | null, wait_ms: number): void {
    clearTimeout(this.#timer);
    this.#asked += 1; // what is under way is out of date
    this.checking = true;
    this.#due = document;
    this.#timer = window.setTimeout(() => void this.check(document), wait_ms);
  }
}
