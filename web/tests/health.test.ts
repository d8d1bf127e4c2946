import { beforeAll, describe, expect, it, vi } from "vitest";

// The catalogues look at the browser when they load; numbers need only the language.
beforeAll(() => {
  vi.stubGlobal("localStorage", { getItem: () => "en", setItem: () => undefined });
  vi.stubGlobal("document", { documentElement: {} });
});

describe("units", () => {
  it("write sizes as disks are sold", async () => {
    const { bytes } = await import("../src/health/units");
    expect(bytes(0)).toBe("0 B");
    expect(bytes(999)).toBe("999 B");
    expect(bytes(9_290_000_000)).toBe("9.3 GB");
    expect(bytes(28e12)).toBe("28 TB");
  });

  it("have no negative nothing", async () => {
    const { decimal } = await import("../src/health/units");
    expect(decimal(-0.04, 1)).toBe("0.0");
    expect(decimal(-0.06, 1)).toBe("-0.1");
    expect(decimal(null, 1)).toBe("—");
  });
});

describe("perSecond", () => {
  it("knows no rate where a counter began anew, or of one telling", async () => {
    vi.stubGlobal("EventSource", class {});
    const { perSecond } = await import("../src/health/counters.svelte");
    expect(perSecond(10, 30, 10)).toBe(2);
    expect(perSecond(30, 10, 10)).toBeNull();
    expect(perSecond(10, 30, 0)).toBeNull();
    expect(perSecond(null, 30, 10)).toBeNull();
  });
});
