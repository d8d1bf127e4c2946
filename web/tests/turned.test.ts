// What second looks turned down: the stretch that is played, and going from one to the next.

import { describe, expect, it } from "vitest";
import { beside, clipSpan, countsOf, type TurnedDown } from "../src/review/turned";

const one = (event_id: string): TurnedDown =>
  ({ event_id, camera_id: "c", rule: "r" }) as unknown as TurnedDown;

describe("what was turned down", () => {
  it("is played from a little before to a little after", () => {
    expect(clipSpan({ started_at: "2026-03-01T05:00:10Z", completed_at: "2026-03-01T05:00:20Z" })).toEqual({
      start: "2026-03-01T05:00:05.000Z",
      end: "2026-03-01T05:00:25.000Z",
    });
  });

  it("that took long is played from its last minute", () => {
    const span = clipSpan({ started_at: "2026-03-01T05:00:00Z", completed_at: "2026-03-01T06:00:00Z" });
    expect(span.start).toBe("2026-03-01T05:59:05.000Z");
  });

  it("is gone through with keys and stops at its ends", () => {
    const all = [one("a"), one("b")];
    expect(beside(all, "a", 1)?.event_id).toBe("b");
    expect(beside(all, "b", 1)?.event_id).toBe("b");
    expect(beside(all, "a", -1)?.event_id).toBe("a");
    expect(beside(all, "gone", 1)?.event_id).toBe("a");
    expect(beside([], "a", 1)).toBeUndefined();
  });

  it("is counted by rule and camera", () => {
    const tally = { camera_id: "c", rule: "r", confirmed: 3, turned_down: 1, unverified: 0 };
    expect(countsOf([{ ...tally, camera_id: "other" }, tally], one("a"))).toBe(tally);
    expect(countsOf([], one("a"))).toBeUndefined();
  });
});
