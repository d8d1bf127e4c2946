import { beforeAll, describe, expect, it, vi } from "vitest";
import type { Wanted } from "../src/commands/change";

// The catalogues look at the browser when they load.
beforeAll(() => {
  vi.stubGlobal("localStorage", { getItem: () => "en", setItem: () => undefined });
  vi.stubGlobal("document", { documentElement: {} });
});

const before: Wanted = {
  name: "Plaza",
  enabled: true,
  recordMain: true,
  recordSub: "auto",
  audio: false,
  keepDays: "30",
  analyse: true,
  fps: "5",
  analyseRole: "auto",
  tags: "plaza, norte",
};

describe("a command to a camera's site", () => {
  it("says only what is to be other than it is", async () => {
    const { changeOf } = await import("../src/commands/change");
    expect(changeOf(before, { ...before })).toBeNull();
    expect(
      changeOf(before, { ...before, name: " Plaza ", keepDays: "30,0", tags: "plaza,norte" }),
    ).toBeNull();
    expect(changeOf(before, { ...before, keepDays: "" })).toEqual({ record: { keep_days: null } });
    expect(changeOf(before, { ...before, recordSub: "no", enabled: false })).toEqual({
      enabled: false,
      record: { sub: false },
    });
    expect(changeOf(before, { ...before, analyseRole: "main", fps: "2,5", tags: "" })).toEqual({
      analyse: { fps: 2.5, role: "main" },
      tags: [],
    });
  });

  it("names the fields that are no good", async () => {
    const { badFields } = await import("../src/commands/change");
    expect(badFields(before)).toEqual([]);
    expect(badFields({ ...before, name: " ", keepDays: "0", fps: "" })).toEqual(["name", "keepDays", "fps"]);
    expect(badFields({ ...before, keepDays: "a week", fps: "31" })).toEqual(["keepDays", "fps"]);
  });

  it("is shown part by part", async () => {
    const { parts } = await import("../src/commands/change");
    expect(parts({ name: "A", record: { keep_days: null, sub: true }, tags: ["a"] })).toEqual([
      ["name", "A"],
      ["record-keep_days", null],
      ["record-sub", true],
      ["tags", ["a"]],
    ]);
  });
});

describe("evidence that was given", () => {
  it("is one thing for each lock, as far as it went", async () => {
    const { gifts } = await import("../src/sharing/given");
    type Step = Parameters<typeof gifts>[0][number];
    const step = (number: number, lock_id: string, kind: string) =>
      ({ number, lock_id, kind, camera_name: lock_id }) as Step;
    const told = gifts([
      step(6, "b", "released"),
      step(5, "a", "received"),
      step(4, "a", "taken"),
      step(3, "b", "taken"),
      step(2, "b", "locked"),
      step(1, "a", "locked"),
    ]);
    expect(told.map((one) => [one.id, one.state, one.first.number])).toEqual([
      ["b", "released", 2],
      ["a", "received", 1],
    ]);
    expect(told[1]?.steps.map((one) => one.kind)).toEqual(["locked", "taken", "received"]);
  });
});
