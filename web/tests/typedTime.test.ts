import { describe, expect, it } from "vitest";
import { boundsOf, moved, partAt, shown, typed, UNREADABLE } from "../src/lib/typedTime";

describe("a typed time", () => {
  it("is day first, whatever separates it", () => {
    expect(typed("01/03/2026 08:05")).toBe("2026-03-01T08:05:00");
    expect(typed(" 1-3-26 8:05:09 ")).toBe("2026-03-01T08:05:09");
    expect(typed("1.3.2026 0805")).toBe("2026-03-01T08:05:00");
    expect(typed("13/03/2026")).toBe("2026-03-13T00:00:00");
    expect(typed("2026-03-01T08:05:09")).toBe("2026-03-01T08:05:09");
    expect(typed("")).toBe("");
  });

  it("is refused where no calendar or clock has it", () => {
    for (const words of ["03/13/2026 08:00", "31/04/2026", "29/02/2026", "01/03/2026 25:00", "ayer", "1/3"])
      expect(typed(words), words).toBe(UNREADABLE);
    expect(typed("29/02/2028")).toBe("2028-02-29T00:00:00");
  });

  it("is shown as it is typed", () => {
    expect(shown("2026-03-01T08:05:09", false)).toBe("01/03/2026 08:05");
    expect(shown("2026-03-01T08:05:09", true)).toBe("01/03/2026 08:05:09");
    expect(shown(UNREADABLE, true)).toBe("");
  });

  it("moves by the part that the caret is in", () => {
    const text = "31/01/2026 08:05";
    expect([0, 2, 5, 16].map((caret) => partAt(text, caret))).toEqual([0, 0, 1, 4]);
    expect(partAt("1/3/26 8:05", 11)).toBe(4);
    expect([0, 1, 4].map((part) => boundsOf(text, part))).toEqual([
      [0, 2],
      [3, 5],
      [14, 16],
    ]);
    expect(moved("2026-01-31T08:05:00", 0, 1)).toBe("2026-02-01T08:05:00");
    expect(moved("2026-01-31T08:05:00", 1, 1)).toBe("2026-02-28T08:05:00");
    expect(moved("2028-02-29T08:05:00", 2, -1)).toBe("2027-02-28T08:05:00");
    expect(moved("2026-01-31T23:59:00", 4, 1)).toBe("2026-02-01T00:00:00");
  });
});
