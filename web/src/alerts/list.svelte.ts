// The queue as it is shown: what the filters let through, what is unfolded, which alert is looked at, and where one goes
// from there.

import { replace, router } from "../lib/router.svelte";
import { closedAlerts } from "./closed.svelte";
import type { Detail } from "./handling";
import {
  ALL,
  isOpen,
  matches,
  openAfter,
  rowIndex,
  rowsOf,
  type Alert,
  type Filter,
  type Row,
} from "./queue";
import { alerts } from "./store.svelte";

const NARROW = matchMedia("(max-width: 860px)");

/** Made while a component is set up: it lives as long. */
export class AlertList {
  filter = $state.raw<Filter>(ALL);
  /** Whether an act is meant for the whole group. */
  wholeGroup = $state(false);
  /** The first row in view, and the one after the last. */
  view = $state.raw<[number, number]>([0, 0]);
  /** There is room for the queue or for an alert, not for both. */
  narrow = $state(NARROW.matches);
  private unfolded = $state.raw<Set<string>>(new Set());
  /** An alert of which only the address was known. */
  private outside = $state.raw<Detail | null>(null);
  /** Alerts that somebody else settled while they were on this screen stay until the operator moves on. */
  private stays = $state.raw<Set<string>>(new Set());
  private wasOpen = new Set<string>();
  /** Those that are being acted on here: they need not stay. */
  readonly actedOn = new Set<string>();

  readonly id = $derived(router.place.screen === "alerts" ? (router.place.rest[0] ?? "") : "");
  private readonly kept = $derived(
    [...this.stays]
      .map((one) => alerts.get(one))
      .filter((one): one is Alert => !!one && !isOpen(one) && matches(one, this.filter)),
  );
  private readonly waiting = $derived(alerts.open.filter((one) => matches(one, this.filter)));
  private readonly shownFirst = $derived(this.kept.length ? [...this.waiting, ...this.kept] : this.waiting);
  private readonly queue = $derived(rowsOf(this.shownFirst, this.filter.order, this.unfolded));
  private readonly closedRows = $derived.by((): Row[] => {
    if (!this.filter.closed) return [];
    const there = new Set(this.shownFirst.map((one) => one.id));
    return closedAlerts.found
      .map((one) => alerts.get(one.id) ?? one)
      .filter((one) => !isOpen(one) && !there.has(one.id))
      .map((alert) => ({ alert, group: [alert], child: false, unfolded: false }));
  });
  readonly rows = $derived(this.closedRows.length ? [...this.queue, ...this.closedRows] : this.queue);
  readonly index = $derived(this.id ? rowIndex(this.rows, this.id) : -1);
  private readonly row = $derived(this.rows[this.index]);
  /** The alert that is looked at, as far as it is known. */
  readonly listed = $derived(
    alerts.get(this.id) ??
      closedAlerts.found.find((one) => one.id === this.id) ??
      (this.outside?.id === this.id ? this.outside : undefined),
  );
  readonly group = $derived(this.listed ? (this.row?.group.length ? this.row.group : [this.listed]) : []);
  readonly openGroup = $derived(this.group.filter(isOpen));
  /** What an act is for. */
  readonly targets = $derived(
    this.wholeGroup && this.openGroup.length > 1 ? this.openGroup : this.listed ? [this.listed] : [],
  );

  private readonly above = $derived(
    this.rows.slice(0, this.view[0]).filter((one) => one.group.some((alert) => alerts.isFresh(alert.id))),
  );
  private readonly below = $derived(
    this.rows
      .slice(this.view[1], this.queue.length)
      .filter((one) => one.group.some((alert) => alerts.isFresh(alert.id))),
  );
  /** What arrived out of view: the first of it, which way, and how many rows. */
  readonly arrived = $derived.by(() => {
    const where = this.above.length ? this.above : this.below;
    return where[0] && { row: where[0], up: this.above.length > 0, count: where.length };
  });

  /** `onmoved`: the operator goes on to another alert. */
  constructor(private readonly onmoved: () => void) {
    $effect(() => {
      const follow = (): void => void (this.narrow = NARROW.matches);
      NARROW.addEventListener("change", follow);
      return () => NARROW.removeEventListener("change", follow);
    });
    // Whoever else settles an alert does not pull its row away from under the operator.
    $effect(() => {
      const open = new Set(alerts.open.map((one) => one.id));
      const settled = [...this.wasOpen].filter(
        (one) => !open.has(one) && !this.actedOn.has(one) && alerts.get(one),
      );
      this.wasOpen = open;
      if (settled.length) this.stays = new Set([...this.stays, ...settled]);
    });
    $effect(() => {
      // Not before all are there: the first to arrive need not be the first of the queue.
      if (!this.id && !this.narrow && alerts.state === "ready" && this.rows[0])
        replace("alerts", [this.rows[0].alert.id]);
    });
    $effect(() => {
      if (this.id) alerts.seen(this.id);
    });
    $effect(() => {
      if (this.filter.closed) closedAlerts.search(this.filter);
    });
  }

  select(id: string | undefined): void {
    if (!id) return;
    replace("alerts", [id]);
    this.stays = new Set();
    this.wholeGroup = false;
    this.onmoved();
  }

  move(step: number): void {
    const { rows, index } = this;
    const to = index >= 0 ? Math.max(0, Math.min(rows.length - 1, index + step)) : 0;
    this.select(rows[to]?.alert.id);
  }

  /** Where to go from here when these are settled. */
  after(settled: Alert[]): string | undefined {
    return openAfter(this.rows, this.index, new Set(settled.map((one) => one.id)));
  }

  /** Unfold the group of the alert that is looked at, or fold it; without a word: the other way than now. */
  unfold(open?: boolean): void {
    if (!this.row || this.group.length < 2) return;
    const next = new Set(this.unfolded);
    const id = this.row.alert.group_id;
    if (open ?? !next.has(id)) next.add(id);
    else next.delete(id);
    this.unfolded = next;
  }

  toggleScope(): void {
    this.wholeGroup = !this.wholeGroup && this.openGroup.length > 1;
  }

  /** The alert of this address, with its details, was told. */
  told(detail: Detail): void {
    if (alerts.get(detail.id)) alerts.update(detail);
    else this.outside = detail;
  }
}
