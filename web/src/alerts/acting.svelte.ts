// Acting on the alert that is looked at, or on its group: who may, what is asked first, and what came of it.

import { agencies } from "../lib/agencies.svelte";
import { t } from "../lib/i18n.svelte";
import { now } from "../lib/now.svelte";
import { session } from "../lib/session.svelte";
import { site } from "../lib/site.svelte";
import { actOnAll, type Deed } from "./handling";
import { AlertList } from "./list.svelte";
import { isOpen, type Alert } from "./queue";
import { alerts } from "./store.svelte";

const RENEW_EVERY_MS = 20_000;
const RENEW_BELOW_MS = 150_000;
const AT_IT_MS = 60_000;
const SAID_MS = 4000;

export type Asked = "dismiss" | "escalate";
/** What is asked before an act: its details, or whether somebody else's claim is passed over. */
export type Question =
  { kind: Asked; targets: Alert[] } | { kind: "over"; targets: Alert[]; deed: Deed; message: string };

/** Made while a component is set up: it lives as long. */
export class Acting {
  readonly list = new AlertList(() => (this.trouble = null));
  busy = $state(false);
  /** Why what an open dialog sent was not done. */
  problem = $state("");
  question = $state.raw<Question | null>(null);
  /** What was done last, for a moment. Said beside the counts, not over the buttons that the next key is for. */
  said = $state("");
  private trouble = $state.raw<{ id: string; text: string } | null>(null);
  private saidTimer = 0;
  private lastInput = performance.now();

  /** Another agency's alert is looked at here, and handled by its own people. */
  readonly foreign = $derived(this.list.listed ? agencies.of(site.camera(this.list.listed.camera_id)) : "");
  readonly mayHandle = $derived(session.may("alert.handle") && !this.foreign);
  private readonly claim = $derived(this.list.listed ? alerts.claimOf(this.list.listed) : null);
  /** One's own claim holds. */
  readonly mine = $derived(this.claim?.by_id === session.me?.user.id);
  /** Why the last act on this alert was not done. */
  readonly troubleHere = $derived(this.trouble?.id === this.list.id ? this.trouble.text : "");

  constructor() {
    // A claim lasts while its holder is at it.
    $effect(() => {
      const every = setInterval(() => this.renewClaim(), RENEW_EVERY_MS);
      return () => clearInterval(every);
    });
  }

  /** Somebody is at the screen. */
  readonly touched = (): void => {
    this.lastInput = performance.now();
  };

  private renewClaim(): void {
    const { listed } = this.list;
    if (!listed || !this.mine || !this.claim || this.question || this.busy) return;
    const left_ms = Date.parse(this.claim.until) - now.exact();
    if (left_ms < RENEW_BELOW_MS && performance.now() - this.lastInput < AT_IT_MS)
      void actOnAll([listed], { kind: "claim" });
  }

  ask(kind: Asked): void {
    const { listed, targets } = this.list;
    if (!this.mayHandle || !listed || this.busy) return;
    if (kind === "escalate" ? listed.status === "escalated" : !isOpen(listed)) return;
    this.problem = "";
    this.question = { kind, targets };
  }

  acknowledge(): void {
    const { listed, targets } = this.list;
    if (!this.mayHandle || listed?.status !== "new") return;
    void this.perform(
      targets.filter((one) => one.status === "new"),
      { kind: "acknowledge" },
    );
  }

  toggleClaim(): void {
    const { listed } = this.list;
    if (this.mayHandle && listed && isOpen(listed))
      void this.perform([listed], { kind: this.mine ? "release" : "claim" });
  }

  /** Do what the open dialog asked about. */
  answer(deed: Deed): void {
    if (!this.question) return;
    const { kind, targets } = this.question;
    // What is sent again, and what passes over a claim, was decided on what is shown now.
    const again = this.problem !== "" || kind === "over";
    const on = targets.map((one) => (again ? (alerts.get(one.id) ?? one) : one));
    void this.perform(on, deed, kind === "over");
  }

  private async perform(on: Alert[], deed: Deed, over = false): Promise<void> {
    if (this.busy || !on.length) return;
    const { list } = this;
    this.busy = true;
    this.problem = "";
    const settles = deed.kind === "dismiss" || deed.kind === "escalate";
    const here = list.id;
    const next = settles ? list.after(on) : undefined;
    for (const one of on) list.actedOn.add(one.id);
    const tally = await actOnAll(on, deed, over);
    for (const one of on) list.actedOn.delete(one.id);
    this.busy = false;
    this.trouble = null;
    if (tally.done.length && settles) {
      this.say(t(`alerts-done-${deed.kind}`, { count: tally.done.length }));
      if (!list.narrow && list.id === here && tally.done.some((one) => one.id === here)) list.select(next);
    }
    if (tally.claimed.length)
      this.question = { kind: "over", targets: tally.claimed, deed, message: tally.message };
    else if (tally.refused.length) this.refused(tally.refused, deed, tally.message);
    else this.question = null;
  }

  /** Says who was first. An open dialog keeps what was typed, and acts on what there is now if it is sent again. */
  private refused(on: Alert[], deed: Deed, message: string): void {
    const text = message || t("app-no-connection");
    if (this.question && this.question.kind !== "over" && this.question.kind === deed.kind) {
      this.problem = text;
      this.question = { ...this.question, targets: on };
      return;
    }
    this.question = null;
    this.trouble = { id: on[0]?.id ?? this.list.id, text };
  }

  private say(text: string): void {
    this.said = text;
    clearTimeout(this.saidTimer);
    this.saidTimer = window.setTimeout(() => (this.said = ""), SAID_MS);
  }
}
