import { describe, expect, it } from "vitest";
import { beside, inWords, nextOpen, stateOf, type RulePrecision, type Sample } from "../src/review/words";

const sample = (id: string, answer: Sample["answer"] = null): Sample => ({ id, answer }) as Sample;

describe("the line of samples", () => {
  const line = [sample("a", "no"), sample("b"), sample("c", "yes"), sample("d")];

  it("goes to the next without an answer, else back to the first", () => {
    expect(nextOpen(line, "b")?.id).toBe("d");
    expect(nextOpen(line, "d")?.id).toBe("b");
    expect(nextOpen([sample("a", "no"), sample("b")], "b")).toBeUndefined();
  });

  it("ends at both ends", () => {
    expect(beside(line, "a", -1)?.id).toBe("a");
    expect(beside(line, "d", 1)?.id).toBe("d");
    expect(beside(line, "gone", 1)?.id).toBe("a");
  });
});

describe("a rule", () => {
  it("is in review before it is anything else", () => {
    expect(stateOf({ in_review: true, warned: true, pinned: true })).toBe("review");
    expect(stateOf({ in_review: false, warned: true, pinned: true })).toBe("poor");
    expect(stateOf({ in_review: false, warned: false, pinned: true })).toBe("pinned");
    expect(stateOf({ in_review: false, warned: false, pinned: false })).toBe("queue");
  });

  it("tells its interval in whole per cent", () => {
    const rule = { true: 3, of: 25, low: 0.0417, high: 0.2996 } as RulePrecision;
    expect(inWords(rule)).toEqual({ true: 3, of: 25, low: 4, high: 30 });
  });
});
