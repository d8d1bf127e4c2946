// The wall on the screen. It outlives the screen, a reload and a login that ends: kept in the browser for each user,
// for this tab first, so that two tabs are two walls.

import { api, ask, type Schemas } from "../api/client";
import { feed } from "../lib/feed.svelte";
import { orTell } from "../lib/problems";
import { session } from "../lib/session.svelte";
import {
  changedSince,
  cleared,
  EMPTY,
  freeSlot,
  pageCount,
  pageOf,
  placed,
  readWall,
  swapped,
  type Slot,
  type Tiles,
  type Wall,
} from "./logic";

export type SavedWall = Schemas["WallOut"];

/** A saved wall as it was when this tab opened or saved it. */
interface Opened {
  id: string;
  revision: number;
  wall: Wall | null;
}

interface Kept {
  wall: Wall;
  page: number;
  saved: Opened | null;
  tracks: boolean;
  zones: boolean;
}

let owner = "";
let now = $state.raw<Wall>(EMPTY);
let page = $state(0);
let selected = $state(0);
let paused = $state(false);
let tracks = $state(false);
let zones = $state(false);
let saved = $state.raw<Opened | null>(null);
let walls = $state.raw<SavedWall[]>([]);
let loaded = $state(false);

const storageKey = () => `veedor.wall.${owner}`;

function keep(): void {
  if (!owner) return;
  const kept: Kept = { wall: now, page, saved, tracks, zones };
  const text = JSON.stringify(kept);
  try {
    sessionStorage.setItem(storageKey(), text);
    localStorage.setItem(storageKey(), text);
  } catch {
    // A full or forbidden storage costs the wall after a reload, and nothing else.
    return;
  }
}

function restore(): void {
  const text = sessionStorage.getItem(storageKey()) ?? localStorage.getItem(storageKey());
  let kept: Partial<Kept> = {};
  try {
    kept = (JSON.parse(text ?? "{}") ?? {}) as Partial<Kept>;
  } catch {
    kept = {};
  }
  now = readWall(kept.wall) ?? EMPTY;
  page = Math.min(Math.max(0, Math.trunc(Number(kept.page) || 0)), pageCount(now) - 1);
  saved =
    typeof kept.saved?.id === "string"
      ? { id: kept.saved.id, revision: kept.saved.revision, wall: readWall(kept.saved.wall) }
      : null;
  tracks = kept.tracks === true;
  zones = kept.zones === true;
  selected = 0;
}

function change(next: Partial<Wall>): void {
  now = { ...now, ...next };
  page = Math.min(page, pageCount(now) - 1);
  selected = Math.min(selected, now.tiles - 1);
  keep();
}

feed.on("wall.changed", () => void wall.load());
feed.on("reset", () => void wall.load());

export const wall = {
  get tiles(): Tiles {
    return now.tiles;
  },
  get cameras(): readonly Slot[] {
    return now.cameras;
  },
  get tour_s(): number | null {
    return now.tour_s;
  },
  get page(): number {
    return page;
  },
  get pages(): number {
    return pageCount(now);
  },
  /** The slots of the page that is shown. */
  get shown(): Slot[] {
    return pageOf(now, page);
  },
  /** Which tile of the page has the keyboard. */
  get selected(): number {
    return selected;
  },
  get selectedCamera(): Slot {
    return wall.shown[selected] ?? null;
  },
  get paused(): boolean {
    return paused;
  },
  get tracks(): boolean {
    return tracks;
  },
  get zones(): boolean {
    return zones;
  },
  get walls(): SavedWall[] {
    return walls;
  },
  get loaded(): boolean {
    return loaded;
  },
  /** The saved wall that is shown, or null: a wall that is not saved. */
  get saved(): SavedWall | null {
    return walls.find((one) => one.id === saved?.id) ?? null;
  },
  /** Whether this tab changed the saved wall that it shows. */
  get changed(): boolean {
    return wall.saved !== null && changedSince(saved?.wall ?? null, now);
  },
  /** Somebody saved this wall after we opened it. */
  get overtaken(): boolean {
    const there = wall.saved;
    return there !== null && saved !== null && there.revision !== saved.revision;
  },
  /** Take the wall of the person who is logged in. */
  begin(): void {
    const who = session.me?.user.id ?? "";
    if (who === owner) return;
    owner = who;
    restore();
  },
  select(tile: number): void {
    selected = Math.min(Math.max(0, tile), now.tiles - 1);
  },
  setTiles(tiles: Tiles): void {
    const first = page * now.tiles + selected;
    change({ tiles });
    page = Math.min(Math.floor(first / tiles), pageCount(now) - 1);
    selected = first % tiles;
    keep();
  },
  /** Slot number, in the whole wall, of a tile of this page. */
  slot(tile: number): number {
    return page * now.tiles + tile;
  },
  put(tile: number, camera: string): void {
    change({ cameras: placed(now.cameras, wall.slot(tile), camera) });
    selected = tile;
  },
  /** Add where there is room, and show it. */
  add(camera: string): void {
    const there = now.cameras.indexOf(camera);
    const at = there >= 0 ? there : freeSlot(now, page);
    if (there < 0) change({ cameras: placed(now.cameras, at, camera) });
    page = Math.floor(at / now.tiles);
    selected = at % now.tiles;
    keep();
  },
  swap(one: number, other: number): void {
    change({ cameras: swapped(now.cameras, wall.slot(one), wall.slot(other)) });
    selected = other;
  },
  remove(tile: number): void {
    change({ cameras: cleared(now.cameras, wall.slot(tile)) });
  },
  fill(cameras: string[]): void {
    change({ cameras });
    page = 0;
    keep();
  },
  turn(by: number): void {
    page = (page + by + pageCount(now)) % pageCount(now);
    keep();
  },
  setTour(seconds: number | null): void {
    change({ tour_s: seconds });
    paused = false;
  },
  pause(value = !paused): void {
    paused = value;
  },
  showTracks(): void {
    tracks = !tracks;
    keep();
  },
  showZones(): void {
    zones = !zones;
    keep();
  },
  clear(): void {
    saved = null;
    now = EMPTY;
    page = selected = 0;
    keep();
  },
  open(one: SavedWall): void {
    now = readWall(one) ?? EMPTY;
    saved = { id: one.id, revision: one.revision, wall: now };
    page = selected = 0;
    paused = false;
    keep();
  },
  async load(): Promise<void> {
    const result = await ask(api.GET("/api/walls"));
    if (result.kind !== "ok") return;
    walls = result.data;
    loaded = true;
  },
  /** Save under this name; `as`: the wall to change, null for a new one. Tells the person what went wrong. */
  async save(name: string, shared: boolean, as: SavedWall | null): Promise<SavedWall | null> {
    const id = as?.id ?? newId();
    const revision = as ? (saved?.id === as.id ? saved.revision : as.revision) : 0;
    const body = { ...now, cameras: [...now.cameras], name, shared, revision };
    const done = orTell(
      await ask(api.PUT("/api/walls/{wall_id}", { params: { path: { wall_id: id } }, body })),
    );
    if (done) {
      saved = { id: done.id, revision: done.revision, wall: readWall(done) };
      walls = [...walls.filter((one) => one.id !== done.id), done].sort((a, b) =>
        a.name.localeCompare(b.name),
      );
      keep();
    } else await wall.load();
    return done;
  },
  async delete(one: SavedWall): Promise<boolean> {
    const params = { path: { wall_id: one.id }, query: { revision: one.revision } };
    const result = await ask(api.DELETE("/api/walls/{wall_id}", { params }));
    if (result.kind === "error") orTell(result);
    await wall.load();
    return result.kind === "ok";
  },
};

/** `crypto.randomUUID` is only there on HTTPS; a console on the local network may have none. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `w-${[...bytes].map((one) => one.toString(16).padStart(2, "0")).join("")}`;
}
