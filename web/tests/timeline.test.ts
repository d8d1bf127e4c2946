import { describe, expect, it } from "vitest";
import { BoxReader } from "../src/timeline/boxes";
import { camerasOf, columns, momentOf } from "../src/timeline/place";
import {
  correction,
  following,
  holding,
  LONGEST_MS,
  marked,
  moment,
  nextStart,
  panned,
  pixel,
  SHORTEST_MS,
  speedName,
  stepFor,
  ticks,
  zoomed,
} from "../src/timeline/view";

const HOUR = 3_600_000;
const NOW = Date.parse("2026-03-01T12:00:00Z");
const view = { from: NOW - 2 * HOUR, to: NOW - HOUR };

describe("the view", () => {
  it("puts moments on pixels and back", () => {
    expect(pixel(view, view.from + HOUR / 4, 800)).toBe(200);
    expect(moment(view, 200, 800)).toBe(view.from + HOUR / 4);
  });

  it("zooms around what is pointed at, between 10 s and 30 days", () => {
    const around = view.from + HOUR / 4;
    const nearer = zoomed(view, 0.5, around, NOW);
    expect(nearer.to - nearer.from).toBe(HOUR / 2);
    expect(pixel(nearer, around, 800)).toBeCloseTo(200);
    const least = zoomed(view, 1e-9, around, NOW);
    expect(least.to - least.from).toBeCloseTo(SHORTEST_MS);
    const most = zoomed(view, 1e9, around, NOW);
    expect(most.to - most.from).toBeCloseTo(LONGEST_MS);
  });

  it("never shows more than a quarter of future", () => {
    const far = panned(view, 100 * HOUR, NOW);
    expect(far.to).toBe(NOW + HOUR / 4);
    expect(far.to - far.from).toBe(HOUR);
  });

  it("follows a playhead that leaves it", () => {
    expect(following(view, view.from + 1)).toBe(view);
    const moved = following(view, view.to + 1);
    expect(pixel(moved, view.to + 1, 100)).toBeCloseTo(10);
  });

  it("marks whole steps in the site's own zone", () => {
    const day = { from: NOW - 48 * HOUR, to: NOW };
    const step = stepFor(day, 800);
    expect(step).toBe(12 * HOUR);
    const lima = -5 * HOUR;
    for (const at of ticks(day, step, lima)) expect((at + lima) % step).toBe(0);
    expect(stepFor({ from: 0, to: 10_000 }, 1000)).toBe(2000);
    expect(stepFor({ from: 0, to: LONGEST_MS }, 100)).toBe(604_800_000);
  });
});

describe("stretches", () => {
  const sorted = [
    { from: 0, to: 10 },
    { from: 20, to: 30 },
  ];
  it("hold their start and not their end", () => {
    expect(holding(sorted, 0)).toBe(sorted[0]);
    expect(holding(sorted, 10)).toBeUndefined();
    expect(nextStart(sorted, 10)).toBe(20);
    expect(nextStart(sorted, 20)).toBeNull();
  });
});

describe("keeping in step", () => {
  it("leaves what is in step alone, bends a little, jumps where it is far", () => {
    expect(correction(0.01, 1)).toEqual({ rate: 1, jump: false });
    expect(correction(0.08, 1).rate).toBeLessThan(1);
    expect(correction(-0.08, 1).rate).toBeGreaterThan(1);
    expect(correction(0.4, 1).jump).toBe(true);
    expect(correction(1, 16).jump).toBe(false);
    expect(correction(-10, 16).jump).toBe(true);
    expect(correction(-0.2, 16).rate).toBeLessThanOrEqual(16);
  });
  it("names speeds", () => {
    expect([speedName(0.125), speedName(1), speedName(16)]).toEqual(["1/8×", "1×", "16×"]);
  });
});

describe("the address", () => {
  it("names up to nine cameras, once each", () => {
    expect(camerasOf(new URLSearchParams("camera=a,b&camera=a"))).toEqual(["a", "b"]);
    expect(camerasOf(new URLSearchParams(`camera=${"abcdefghijkl".split("").join()}`))).toHaveLength(9);
    expect(camerasOf(new URLSearchParams("camera=,"))).toEqual([]);
    expect(momentOf(new URLSearchParams("at=2026-03-01T12:00:00Z"))).toBe(NOW);
    expect(momentOf(new URLSearchParams("at=soon"))).toBeNaN();
  });
  it("gives tiles the columns that make them largest", () => {
    expect(columns(1, 1600, 800)).toBe(1);
    expect(columns(4, 1600, 800)).toBe(2);
    expect(columns(9, 1600, 800)).toBe(3);
    expect(columns(3, 390, 600)).toBe(1);
  });
});

describe("boxes", () => {
  const box = (kind: string, ...parts: number[][]): number[] => {
    const body = parts.flat();
    const size = body.length + 8;
    return [...u32(size), ...[...kind].map((one) => one.charCodeAt(0)), ...body];
  };
  const u32 = (value: number): number[] => [
    value >>> 24,
    (value >> 16) & 255,
    (value >> 8) & 255,
    value & 255,
  ];
  const mdhd = box("mdhd", u32(0), u32(0), u32(0), u32(1000), u32(0), u32(0));
  const init = [...box("ftyp", u32(0)), ...box("moov", box("trak", box("mdia", mdhd)))];
  const trun = (times: [number, number][]) =>
    box(
      "trun",
      u32(0x01000f01),
      u32(times.length),
      u32(0),
      ...times.map(([lasts, offset]) => [...u32(lasts), ...u32(1), ...u32(0), ...u32(offset)]),
    );
  const tfdt = box("tfdt", u32(0x01000000), u32(0), u32(2000));
  const media = [
    ...box(
      "moof",
      box(
        "traf",
        tfdt,
        trun([
          [40, 40],
          [40, 80],
          [40, 0],
        ]),
      ),
    ),
    ...box("mdat", [1, 2, 3]),
  ];

  it("come out whole, with the times of their pictures, however the bytes arrive", () => {
    const bytes = Uint8Array.from([...init, ...media]);
    for (const step of [1, 7, 64, bytes.length]) {
      const reader = new BoxReader();
      const found = [];
      for (let at = 0; at < bytes.length; at += step) found.push(...reader.push(bytes.slice(at, at + step)));
      expect(found.map((one) => one.isInit)).toEqual([true, false]);
      expect(found[0]?.data).toEqual(Uint8Array.from(init));
      expect(found[1]?.data).toEqual(Uint8Array.from(media));
      expect(found[1]?.times).toEqual([2.04, 2.08, 2.12]);
      expect(found[1]?.end).toBeCloseTo(2.12);
    }
  });
});

describe("the marks of a piece", () => {
  it("are set one by one, in any order", () => {
    expect(marked({ in: null, out: null }, "out", 9)).toEqual({ in: null, out: 9 });
    expect(marked({ in: null, out: 9 }, "in", 4)).toEqual({ in: 4, out: 9 });
    expect(marked({ in: 4, out: 9 }, "out", 5)).toEqual({ in: 4, out: 5 });
  });
  it("take the other away that would end the piece before it begins, or at once", () => {
    expect(marked({ in: 4, out: 9 }, "in", 9)).toEqual({ in: 9, out: null });
    expect(marked({ in: 4, out: 9 }, "in", 10)).toEqual({ in: 10, out: null });
    expect(marked({ in: 4, out: 9 }, "out", 4)).toEqual({ in: null, out: 4 });
    expect(marked({ in: 4, out: 9 }, "out", 3)).toEqual({ in: null, out: 3 });
  });
});
