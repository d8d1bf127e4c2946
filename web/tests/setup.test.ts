// Pure functions of the set-up screen.

import { describe, expect, it } from "vitest";
import type { Camera } from "../src/lib/site.svelte";
import {
  bodyOf,
  channelNumbers,
  formOf,
  number,
  placeProblem,
  portProblem,
  tagsOf,
  takeLogin,
} from "../src/setup/camera";
import { drawings } from "../src/setup/drawings";
import { grouped, neighbour } from "../src/setup/kinds";
import {
  daysOf,
  freeName,
  partsOf,
  renamed,
  tidy,
  writeDays,
  type RuleKind,
  type Rules,
} from "../src/setup/rules";
import { ends, shades } from "../src/setup/usual";

describe("addresses", () => {
  it("lose the login that was pasted with them", () => {
    expect(takeLogin("rtsp://admin:p%40ss:x@10.0.0.1:554/a?b=1")).toEqual({
      address: "rtsp://10.0.0.1:554/a?b=1",
      username: "admin",
      password: "p@ss:x",
    });
    expect(takeLogin(" 10.0.0.1 ")).toEqual({ address: "10.0.0.1", username: "", password: "" });
    expect(takeLogin("rtsp://a:100%@h/x").password).toBe("100%");
  });

  it("of recorders have channels", () => {
    expect(channelNumbers("1-3, 7,2")).toEqual([1, 2, 3, 7]);
    expect(channelNumbers("")).toEqual([]);
    for (const bad of ["0", "3-1", "a", "1-300"]) expect(channelNumbers(bad)).toBeNull();
  });
});

describe("numbers", () => {
  it("are read with comma and point", () => {
    expect(number(" -12,5 ")).toBe(-12.5);
    expect(number("")).toBeNull();
    for (const bad of ["1e3", "12.", "x", "1 2", "Infinity"]) expect(number(bad)).toBeNaN();
  });

  it("of a place belong together", () => {
    const place = { latitude: "", longitude: "", direction: "", view: "" };
    expect(placeProblem(place)).toBeNull();
    expect(placeProblem({ ...place, latitude: "-12" })).toBe("setup-place-both");
    expect(placeProblem({ ...place, direction: "90" })).toBe("setup-place-both");
    expect(placeProblem({ ...place, latitude: "-92", longitude: "0" })).toBe("setup-number-problem");
  });
});

describe("a camera's form", () => {
  it("keeps what nobody changed", () => {
    const camera = {
      id: "c",
      name: "Plaza",
      kind: "rtsp",
      streams: [{ role: "main", url: "rtsp://10.0.0.1/1", transport: "tcp" }],
      username: "u",
      device_id: null,
      channel: null,
      onvif_port: 8000,
      enabled: true,
      record: { main: true, sub: null, audio: false, keep_days: null, max_bytes: null },
      analyse: {
        enabled: true,
        fps: 5,
        role: null,
        models: ["default", "boats"],
        second_look_model: "boats",
      },
      placement: null,
      tags: ["centro", "mercado"],
      revision: 3,
    } as unknown as Camera;
    const { id, ...wanted } = camera as unknown as Record<string, unknown>;
    expect(id).toBe("c");
    expect(bodyOf(formOf(camera), camera)).toEqual(wanted);
    expect(bodyOf({ ...formOf(camera), onvifPort: "" }, camera).onvif_port).toBeNull();
  });

  it("takes tags as people write them", () => {
    expect(tagsOf(" Mercado,centro ; centro|  Río   Seco ,")).toEqual(["centro", "mercado", "río seco"]);
    expect(tagsOf("")).toEqual([]);
  });

  it("takes only ports", () => {
    expect(["", " 80 ", "65535"].map(portProblem)).toEqual([null, null, null]);
    for (const bad of ["0", "65536", "80.5", "x"]) expect(portProblem(bad), bad).toBe("setup-number-problem");
  });
});

describe("rules", () => {
  it("have days in short", () => {
    for (const days of [["mon..fri"], ["mon", "tue"], ["fri..mon"], ["mon..sun"], ["wed"]]) {
      expect(daysOf(writeDays(daysOf(days)))).toEqual(daysOf(days));
    }
    expect(writeDays(daysOf(["fri..mon"]))).toEqual(["mon", "fri..sun"]);
    expect(daysOf(undefined).size).toBe(7);
    expect(daysOf(["xyz"]).size).toBe(0);
  });

  it("follow a place that is called otherwise", () => {
    const rules: Rules = {
      zones: {
        A: [
          [0, 0],
          [1, 0],
          [1, 1],
        ],
        B: [
          [0, 0],
          [1, 0],
          [1, 1],
        ],
      },
      tripwires: {},
      rules: [
        { name: "x", kind: "loitering", zone: "A" },
        { name: "y", kind: "loitering", zone: "B" },
      ],
    };
    const after = renamed(rules, { section: "zones", name: "A" }, "C");
    expect(Object.keys(after.zones)).toEqual(["C", "B"]);
    expect(after.rules.map((one) => one.zone)).toEqual(["C", "B"]);
  });

  it("get free names, tidy points and sentences in parts", () => {
    expect(freeName("Zona", ["zona 1", "Zona 3"])).toBe("Zona 2");
    expect(tidy([1.7, 0.123456])).toEqual([1, 0.1235]);
    expect(partsOf("más de [dwell_s] s")).toEqual([
      { text: "más de ", field: null },
      { text: "", field: "dwell_s" },
      { text: " s", field: null },
    ]);
  });
});

describe("what is usual", () => {
  it("is shaded by day and hour, the busiest hour fully", () => {
    const week = Array.from({ length: 168 }, (_, hour) => (hour === 32 ? 16 : hour === 33 ? 4 : 0));
    const rows = shades(week);
    expect(rows.map((one) => one.length)).toEqual(Array(7).fill(24));
    expect([rows[1]?.[8], rows[1]?.[9], rows[0]?.[0]]).toEqual([1, 0.5, 0]);
    expect(
      shades(Array(168).fill(0))
        .flat()
        .every((one) => one === 0),
    ).toBe(true);
  });

  it("has arrows that point where most go", () => {
    const [x1, y1, x2, y2] = ends({ x: 0.5, y: 0.5, way: 2, weight: 1 }, 1600, 900);
    expect(x1).toBeCloseTo(x2);
    expect(y2 - y1).toBeCloseTo(90); // down
  });
});

describe("kinds of rules", () => {
  const kind = (name: string, meaning: string): RuleKind =>
    ({ kind: name, meaning, needs: null, place: null, parameters: {} }) as unknown as RuleKind;
  const kinds = [
    kind("fight", "Two shake"),
    kind("loitering", "Somebody stays in a zone"),
    kind("brand_new", "Of a newer site"),
  ];

  it("are found by words of name and sentence, without accents, and none is lost", () => {
    const found = (search: string): string[] =>
      grouped(kinds, search, (one) => one).flatMap((one) => one.kinds.map((each) => each.kind));
    expect(found("")).toEqual(["loitering", "fight", "brand_new"]);
    expect(found("ZÓNE stáys")).toEqual(["loitering"]);
    expect(found("newer")).toEqual(["brand_new"]);
    expect(found("stays shake")).toEqual([]);
  });

  it("are reached with the arrow keys as they lie", () => {
    const box = (left: number, top: number): DOMRect => ({ left, top, height: 50 }) as DOMRect;
    const boxes = [box(0, 0), box(100, 0), box(0, 100), box(100, 100), box(0, 200)];
    expect(neighbour(boxes, 1, "ArrowDown")).toBe(3);
    expect(neighbour(boxes, 3, "ArrowDown")).toBe(4);
    expect(neighbour(boxes, 3, "ArrowUp")).toBe(1);
    expect(neighbour(boxes, 0, "ArrowLeft")).toBe(0);
    expect(neighbour(boxes, 4, "ArrowDown")).toBe(4);
  });

  it("have a drawing each", () => {
    for (const one of ["fight", "loitering", "unusual", "absence"]) expect(drawings[one]).toContain("var(--");
  });
});
