// Which models look at a camera: what can be chosen, what is refused, and that it comes through the form unchanged.

import { describe, expect, it } from "vitest";
import {
  corePercent,
  hasChoice,
  lines,
  modelsProblem,
  seconds,
  toggled,
  type Detectors,
} from "../src/setup/models";

const own = (name: string, cpu_ms = 20) => ({
  name,
  classes: ["excavator"],
  licence: "AGPL-3.0",
  cost: { ms: 10, cpu_ms, fps: 5, core_share: 0.1 },
  problem: null,
});
const SITE = { name: "default", classes: ["person"], licence: "Apache-2.0", cost: null, problem: null };
const told = (...names: string[]): Detectors => ({
  detectors: [SITE, ...names.map((one) => own(one))],
  site_models: ["default"],
  site_second: null,
});

describe("models of a camera", () => {
  it("without a model of the agency's own there is nothing to choose", () => {
    expect(hasChoice(lines(told(), null), "")).toBe(false);
    expect(hasChoice(lines(told("boats"), null), "")).toBe(true);
  });

  it("a model that has gone stays to be taken away, once", () => {
    const found = lines(told("boats"), ["default", "gone"]);
    expect(found.map((one) => [one.name, one.known !== null])).toEqual([
      ["default", true],
      ["boats", true],
      ["gone", false],
    ]);
  });

  it("the second look may be of a model that looks at nothing else", () => {
    const found = lines(told("boats"), ["default"]);
    expect(seconds(found, "boats")).toEqual(["default", "boats"]);
    expect(seconds(found, "yolox_tiny_416")).toEqual(["default", "boats", "yolox_tiny_416"]);
    expect(hasChoice(lines(told(), null), "yolox_tiny_416")).toBe(true);
  });

  it("are chosen in the order of the lines, at least one and at most eight", () => {
    const order = lines(told("boats", "diggers"), null);
    expect(toggled(["diggers"], "default", true, order)).toEqual(["default", "diggers"]);
    expect(toggled(["default"], "default", false, order)).toEqual([]);
    expect(modelsProblem(null)).toBeNull();
    expect(modelsProblem([])).toBe("models-none-chosen");
    expect(modelsProblem(["a"])).toBeNull();
    expect(modelsProblem([..."abcdefghi"])).toBe("models-many-chosen");
  });

  it("cost what was measured, at the camera's own pictures a second", () => {
    expect(corePercent(own("a", 20), 5)).toBe(10);
    expect(corePercent(own("a", 20), 10)).toBe(20);
    expect(corePercent(SITE, 5)).toBeNull();
  });
});
