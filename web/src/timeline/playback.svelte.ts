// What is played and what of it is in view: the cameras, the clock, the stretch of time, and the address that names them.

import { onDestroy } from "svelte";
import { api, ask } from "../api/client";
import { feed } from "../lib/feed.svelte";
import { t } from "../lib/i18n.svelte";
import { now } from "../lib/now.svelte";
import { orTell } from "../lib/problems";
import { replace, router } from "../lib/router.svelte";
import { site } from "../lib/site.svelte";
import { toasts } from "../lib/toasts.svelte";
import { Deck } from "./deck.svelte";
import { camerasOf, momentOf } from "./place";
import { Recorded, type Bookmark } from "./record.svelte";
import { following, panned, width, zoomed, type View } from "./view";

const START_BEFORE_NOW_MS = 60_000;
const EDGE_MS = 12_000;
const SUB_FROM = 4;
const UNHURRIED_MS = 300;
const HALF_VIEW_MS = 1_800_000;

function firstMoment(): number {
  const asked = momentOf(router.place.query);
  return Number.isFinite(asked) ? Math.min(asked, now.exact()) : now.exact() - START_BEFORE_NOW_MS;
}

/** Made while a component is set up: it follows the address, and stops with the component. */
export class Playback {
  readonly recorded = new Recorded();
  readonly deck = new Deck(this.recorded);
  cameras = $state.raw<string[]>(camerasOf(router.place.query));
  view = $state.raw<View>({ from: 0, to: 0 });
  /** The camera that was picked last; it may have been taken off since. */
  chosen = $state("");
  readonly active = $derived(this.cameras.includes(this.chosen) ? this.chosen : (this.cameras[0] ?? ""));
  readonly known = $derived(
    this.cameras.map((id) => ({ id, name: site.cameraName(id), gone: site.loaded && !site.camera(id) })),
  );
  readonly prefer = $derived<"main" | "sub">(this.cameras.length >= SUB_FROM ? "sub" : "main");
  /** The playhead is about where live begins. */
  readonly atEdge = $derived(now.ms - this.deck.at < EDGE_MS);
  readonly allInGap = $derived(
    this.cameras.length > 0 &&
      this.cameras.every((one) => this.recorded.under(one, this.deck.at).kind === "hole"),
  );
  readonly nothingInView = $derived(
    this.recorded.lines.size === this.cameras.length &&
      [...this.recorded.lines.values()].every(
        (line) => !line.spans.some((one) => one.to > this.view.from && one.from < this.view.to),
      ),
  );
  /** The query of the address as it was last written or followed. */
  private written = "";

  constructor() {
    const { deck } = this;
    deck.start(firstMoment());
    this.view = { from: deck.position - HALF_VIEW_MS, to: deck.position + HALF_VIEW_MS };
    onDestroy(() => deck.stop());
    this.keepAddress();
    this.keepLoaded();
    $effect(() => {
      if (deck.playing) this.view = following(this.view, deck.at);
    });
  }

  private keepAddress(): void {
    // Another screen's link to other cameras or another moment, while this one is open.
    $effect(() => {
      const { place } = router;
      if (place.screen !== "playback" || place.query.toString() === this.written) return;
      this.written = place.query.toString();
      const wanted = camerasOf(place.query);
      if (wanted.join() !== this.cameras.join()) this.cameras = wanted;
      const at = momentOf(place.query);
      if (Number.isFinite(at) && Math.abs(at - this.deck.position) > 1500) this.go(at);
    });
    const writing = setInterval(() => this.writeAddress(), 1000);
    onDestroy(() => clearInterval(writing));
  }

  private writeAddress(): void {
    if (router.place.screen !== "playback" || !this.cameras.length) return;
    const query = {
      camera: this.cameras.join(","),
      at: new Date(Math.round(this.deck.position)).toISOString(),
    };
    this.written = new URLSearchParams(query).toString();
    if (router.place.query.toString() !== this.written) replace("playback", [], query);
  }

  private keepLoaded(): void {
    const { deck, recorded } = this;
    let loading = 0;
    $effect(() => {
      const [shown, which] = [this.view, this.cameras];
      clearTimeout(loading);
      loading = window.setTimeout(() => void recorded.show(which, shown), UNHURRIED_MS);
    });
    // Pictures first: a browser has few connections.
    let knowing = 0;
    let knownAt = NaN;
    $effect(() => {
      const [which, at] = [this.cameras, deck.at];
      const wait = Number.isNaN(knownAt) ? 0 : UNHURRIED_MS;
      knownAt = at;
      clearTimeout(knowing);
      knowing = window.setTimeout(() => void recorded.around(which, at), deck.playing ? 0 : wait);
    });
    // What is being recorded grows; a gap may have begun or ended.
    const renewing = setInterval(() => {
      if (this.view.to > now.exact() - 60_000) this.reload();
      if (now.exact() - deck.position < 3_600_000) void recorded.around(this.cameras, deck.position, true);
    }, 10_000);
    const stops = ["bookmark.changed", "alert.raised", "reset"].map((kind) =>
      feed.on(kind, (told) => {
        if (kind === "reset" || this.cameras.includes(String(told.camera_id))) this.reload();
      }),
    );
    onDestroy(() => {
      clearInterval(renewing);
      clearTimeout(loading);
      clearTimeout(knowing);
      for (const stop of stops) stop();
    });
  }

  /** Ask again for what is in view. */
  reload(): void {
    void this.recorded.show(this.cameras, this.view, true);
  }

  play(cameras: string[]): void {
    this.cameras = cameras;
    this.writeAddress();
  }

  /** Choose the camera of this place among those that are played. */
  pick(index: number): void {
    this.chosen = this.cameras[index] ?? this.chosen;
  }

  /** To a moment, ms, which comes into view where it is not. */
  go(at: number): void {
    this.deck.seek(at);
    if (at < this.view.from || at > this.view.to) {
      const half = width(this.view) / 2;
      this.view = { from: at - half, to: at + half };
    }
  }

  goBy(ms: number): void {
    this.go(this.deck.position + ms);
  }

  zoom(factor: number): void {
    this.view = zoomed(this.view, factor, this.deck.position, now.ms);
  }

  /** By a share of the view; below 0: to earlier. */
  pan(share: number): void {
    this.view = panned(this.view, width(this.view) * share, now.ms);
  }

  /** To the next mark of any of the cameras, or the one before. */
  async jump(backwards: boolean): Promise<void> {
    const query = {
      at: new Date(this.deck.position + (backwards ? -500 : 0)).toISOString(),
      camera: this.cameras,
      backwards,
    };
    const result = await ask(api.GET("/api/marks/next", { params: { query } }));
    const found = orTell(result);
    if (found) {
      this.chosen = found.camera_id;
      this.go(Date.parse(found.at));
    } else if (result.kind === "ok") toasts.info(t(backwards ? "timeline-no-earlier" : "timeline-no-later"));
  }

  /** To where any of the cameras has footage again. */
  skipGap(): void {
    const next = Math.min(
      ...this.cameras.map((one) => this.recorded.nextFootage(one, this.deck.position) ?? Infinity),
    );
    if (Number.isFinite(next)) this.go(next);
    else toasts.info(t("timeline-gap-long"));
  }

  async remove(bookmark: Bookmark): Promise<void> {
    const path = { bookmark_id: bookmark.id };
    const result = await ask(api.DELETE("/api/bookmarks/{bookmark_id}", { params: { path } }));
    orTell(result);
    if (result.kind === "ok") this.recorded.forgetBookmark(bookmark.id);
  }
}
