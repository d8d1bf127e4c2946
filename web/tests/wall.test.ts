import { describe, expect, it } from "vitest";
import {
  changedSince,
  cleared,
  EMPTY,
  freeSlot,
  matching,
  neighbour,
  pageCount,
  pageOf,
  placed,
  readWall,
  same,
  swapped,
  trimmed,
} from "../src/wall/logic";

describe("a wall", () => {
  it("is shown a page at a time, always full of slots", () => {
    const wall = { tiles: 4 as const, cameras: ["a", null, "c", "d", "e"], tour_s: null };
    expect(pageCount(wall)).toBe(2);
    expect(pageOf(wall, 0)).toEqual(["a", null, "c", "d"]);
    expect(pageOf(wall, 1)).toEqual(["e", null, null, null]);
    expect(pageCount(EMPTY)).toBe(1);
  });

  it("moves a camera that hangs elsewhere already, and never shows it twice", () => {
    expect(placed(["a", "b"], 1, "a")).toEqual(["b", "a"]);
    expect(placed(["a"], 3, "a")).toEqual([null, null, null, "a"]);
    expect(placed(["a"], 2, "c")).toEqual(["a", null, "c"]);
  });

  it("is changed only by whoever changes it", () => {
    const opened = { tiles: 4 as const, cameras: ["a", "b"], tour_s: null };
    expect(changedSince(null, opened)).toBe(false);
    expect(changedSince(opened, { ...opened, cameras: ["a", "b", null] })).toBe(false);
    expect(changedSince(opened, { ...opened, cameras: ["a"] })).toBe(true);
    expect(changedSince(opened, { ...opened, tour_s: 10 })).toBe(true);
  });

  it("swaps, clears and trims", () => {
    expect(swapped(["a", "b"], 0, 3)).toEqual([null, "b", null, "a"]);
    expect(cleared(["a", "b"], 1)).toEqual(["a"]);
    expect(trimmed([null, "a", null, null])).toEqual([null, "a"]);
  });

  it("has room on the page that is shown first", () => {
    const wall = { tiles: 4 as const, cameras: [null, "b", "c", "d", "e"], tour_s: null };
    expect(freeSlot(wall, 1)).toBe(5);
    expect(freeSlot(wall, 0)).toBe(0);
    expect(freeSlot({ ...wall, cameras: ["a", "b", "c", "d"] }, 0)).toBe(4);
  });

  it("is walked by arrows, and ends at its edges", () => {
    expect(neighbour(4, 0, "arrowright")).toBe(1);
    expect(neighbour(4, 1, "arrowright")).toBe(1);
    expect(neighbour(9, 4, "arrowup")).toBe(1);
    expect(neighbour(9, 7, "arrowdown")).toBe(7);
    expect(neighbour(1, 0, "arrowdown")).toBe(0);
  });

  it("is read from whatever the browser kept", () => {
    expect(readWall(null)).toBeNull();
    expect(readWall("x")).toBeNull();
    expect(readWall({ tiles: 5, cameras: [] })).toBeNull();
    expect(readWall({ tiles: 9, cameras: ["a", 7, "", null], tour_s: "10" })).toEqual({
      tiles: 9,
      cameras: ["a"],
      tour_s: null,
    });
  });

  it("is the same wall whatever empty slots follow", () => {
    expect(same({ ...EMPTY, cameras: ["a", null] }, { ...EMPTY, cameras: ["a"] })).toBe(true);
    expect(same({ ...EMPTY, tour_s: 5 }, EMPTY)).toBe(false);
  });
});

describe("the search", () => {
  const cameras = ["Av. Grau / Jirón Áncash", "Plaza Mayor", "<b>x</b>"].map((name) => ({ name }));
  it("finds words in any order, without accents", () => {
    expect(matching(cameras, "ancash grau")).toEqual([cameras[0]]);
    expect(matching(cameras, "  ")).toHaveLength(3);
    expect(matching(cameras, "<b>")).toEqual([cameras[2]]);
    expect(matching(cameras, "zzz")).toEqual([]);
  });
});
