// What a wall is and what can be done with it, without a screen: cameras in a row of slots, shown a page at a time.

export type Slot = string | null;
export const TILES = [1, 4, 9, 16] as const;
export type Tiles = (typeof TILES)[number];

export interface Wall {
  tiles: Tiles;
  cameras: Slot[];
  /** Turn the page every so many seconds; null: it stands still. */
  tour_s: number | null;
}

export const EMPTY: Wall = { tiles: 4, cameras: [], tour_s: null };
export const MOST = 400;

export function trimmed(cameras: readonly Slot[]): Slot[] {
  let end = cameras.length;
  while (end > 0 && cameras[end - 1] === null) end -= 1;
  return cameras.slice(0, end);
}

export function pageCount(wall: Wall): number {
  return Math.max(1, Math.ceil(trimmed(wall.cameras).length / wall.tiles));
}

/** The slots of one page, always as many as there are tiles. */
export function pageOf(wall: Wall, page: number): Slot[] {
  const first = page * wall.tiles;
  return Array.from({ length: wall.tiles }, (_, index) => wall.cameras[first + index] ?? null);
}

function long(cameras: readonly Slot[], length: number): Slot[] {
  return Array.from({ length: Math.max(length, cameras.length) }, (_, index) => cameras[index] ?? null);
}

export function swapped(cameras: readonly Slot[], one: number, other: number): Slot[] {
  const slots = long(cameras, Math.max(one, other) + 1);
  [slots[one], slots[other]] = [slots[other] ?? null, slots[one] ?? null];
  return trimmed(slots);
}

/** Put a camera into a slot. One that hangs elsewhere already changes places with what was there. */
export function placed(cameras: readonly Slot[], at: number, camera: string): Slot[] {
  const there = cameras.indexOf(camera);
  if (there >= 0) return swapped(cameras, there, at);
  const slots = long(cameras, at + 1);
  slots[at] = camera;
  return trimmed(slots).slice(0, MOST);
}

export function cleared(cameras: readonly Slot[], at: number): Slot[] {
  return trimmed(cameras.map((one, index) => (index === at ? null : one)));
}

/** Where a new camera goes: the first empty slot of this page, else the first of all, else behind the last. */
export function freeSlot(wall: Wall, page: number): number {
  const here = pageOf(wall, page).indexOf(null);
  if (here >= 0) return page * wall.tiles + here;
  const first = wall.cameras.indexOf(null);
  return first >= 0 ? first : wall.cameras.length;
}

/** The tile that an arrow key leads to, in a square of `tiles`; the same one at the edge. */
export function neighbour(tiles: number, at: number, key: string): number {
  const side = Math.round(Math.sqrt(tiles));
  const [row, column] = [Math.floor(at / side), at % side];
  if (key === "arrowleft") return column > 0 ? at - 1 : at;
  if (key === "arrowright") return column < side - 1 ? at + 1 : at;
  if (key === "arrowup") return row > 0 ? at - side : at;
  if (key === "arrowdown") return row < side - 1 ? at + side : at;
  return at;
}

export function same(one: Wall, other: Wall): boolean {
  return (
    one.tiles === other.tiles &&
    one.tour_s === other.tour_s &&
    trimmed(one.cameras).join("\n") === trimmed(other.cameras).join("\n")
  );
}

/** Whether somebody changed a wall since it was opened or saved. One that is not saved says so itself, by its name. */
export function changedSince(opened: Wall | null, now: Wall): boolean {
  return opened !== null && !same(opened, now);
}

/** A wall from what is kept in the browser, or from the server; null for what is none. */
export function readWall(value: unknown): Wall | null {
  if (typeof value !== "object" || value === null) return null;
  const { tiles, cameras, tour_s } = value as Record<string, unknown>;
  const known = TILES.find((one) => one === tiles);
  if (!known || !Array.isArray(cameras)) return null;
  const slots = cameras.map((one) => (typeof one === "string" && one ? one : null));
  const every = typeof tour_s === "number" && tour_s >= 3 && tour_s <= 3600 ? tour_s : null;
  return { tiles: known, cameras: trimmed(slots).slice(0, MOST), tour_s: every };
}

/** Cameras whose name has every word of `query`, in any order, without regard to case or accents. */
export function matching<T extends { name: string }>(cameras: readonly T[], query: string): T[] {
  const words = folded(query).split(/\s+/).filter(Boolean);
  if (!words.length) return [...cameras];
  return cameras.filter((one) => {
    const name = folded(one.name);
    return words.every((word) => name.includes(word));
  });
}

function folded(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
