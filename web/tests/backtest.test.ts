import { describe, expect, it, vi } from "vitest";

// Before the imports: the catalogues look at the browser when they load.
vi.hoisted(() => {
  vi.stubGlobal("localStorage", { getItem: () => "es", setItem: () => undefined });
  vi.stubGlobal("document", { documentElement: {} });
  vi.stubGlobal("location", { origin: "http://desk.test", hash: "" });
});

import {
  bars,
  beside,
  inWords,
  marked,
  ofState,
  total,
  type Backtest,
  type Found,
} from "../src/setup/backtest";
import { t } from "../src/lib/i18n.svelte";

const found = (id: string, state: string): Found => ({ id, state, is_true: null }) as unknown as Found;
const backtest = {
  events: [found("a", "new"), found("b", "gone"), found("c", "new")],
} as unknown as Backtest;

describe("a backtest", () => {
  it("draws the highest day full, and no alert invisibly", () => {
    const drawn = bars([
      { day: "2026-03-01", new: 1, old: 100 },
      { day: "2026-03-02", new: 0, old: 50 },
    ]);
    expect(drawn.map((one) => [one.new, one.old])).toEqual([
      [0.03, 1],
      [0, 0.5],
    ]);
    expect(bars([{ day: "2026-03-01", new: 0, old: 0 }])[0]?.old).toBe(0);
    expect(total([{ day: "2026-03-01", new: 1, old: 2 }], "old")).toBe(2);
  });

  it("goes through a list and stops at its ends", () => {
    const list = ofState(backtest, "new");
    expect(list.map((one) => one.id)).toEqual(["a", "c"]);
    expect(beside(list, null, 1)?.id).toBe("a");
    expect(beside(list, "a", 1)?.id).toBe("c");
    expect(beside(list, "c", 1)?.id).toBe("c");
    expect(beside(list, "c", -1)?.id).toBe("a");
    expect(beside([], "c", 1)).toBeNull();
  });

  it("keeps what was said of one event", () => {
    const none = { true: 0, of: 0, low: 0, high: 1 };
    const after = marked(backtest, "c", true, {
      new: { true: 1, of: 1, low: 0.2, high: 1 },
      old: none,
      lost_true: 0,
    });
    expect(after.events.map((one) => one.is_true)).toEqual([null, null, true]);
    expect(after.precision?.new.of).toBe(1);
    expect(backtest.events[2]?.is_true).toBeNull();
  });

  it("says a precision with its interval", () => {
    const words = t("backtest-precision", inWords({ true: 8, of: 10, low: 0.4902, high: 0.9433 }));
    expect(words).toMatch(/^8 (de|of) 10 .*49 % .* 94 %$/);
    expect(t("backtest-precision", inWords({ true: 0, of: 0, low: 0, high: 1 }))).toMatch(/T.*F/);
  });
});
