// The queue's order, folding and filters, and where the box of a clip is.

import { describe, expect, it } from "vitest";
import { boxAt, momentOf } from "../src/alerts/overlay";
import { ALL, matches, openAfter, rowIndex, rowsOf, type Alert } from "../src/alerts/queue";

let count = 0;
function alert(changes: Partial<Alert> = {}): Alert {
  count += 1;
  const id = changes.id ?? `a${String(count).padStart(4, "0")}`;
  return {
    id,
    camera_id: "cam",
    camera_name: "Jirón Puno",
    rule: "Ingreso",
    kind: "zone_intrusion",
    zone: "Vereda",
    severity: "high",
    status: "new",
    explanation: "Alguien entró",
    explanation_key: "k",
    raised_at: `2026-03-01T10:00:${String(count % 60).padStart(2, "0")}.000Z`,
    started_at: "2026-03-01T10:00:00.000Z",
    completed_at: "2026-03-01T10:00:00.000Z",
    ended_at: null,
    latency_s: 1,
    group_id: id,
    group_size: 1,
    has_snapshot: true,
    in_review: false,
    clip: { state: "pending", problem: null },
    handled_by: null,
    handled_at: null,
    dismiss_reason: null,
    incident_id: null,
    claim: null,
    conflicts: 0,
    version: 0,
    ...changes,
  };
}
const ids = (rows: { alert: Alert }[]): string[] => rows.map((row) => row.alert.id);
const at = (second: number): string => `2026-03-01T11:00:${String(second).padStart(2, "0")}.000Z`;

describe("the queue", () => {
  it("puts the most severe first, then the newest, whatever order they came in", () => {
    const all = [
      alert({ id: "low-new", severity: "low", raised_at: at(9) }),
      alert({ id: "high-old", raised_at: at(1) }),
      alert({ id: "critical", severity: "critical", raised_at: at(0) }),
      alert({ id: "high-new", raised_at: at(5), status: "acknowledged" }),
    ];
    const wanted = ["critical", "high-new", "high-old", "low-new"];
    expect(ids(rowsOf(all, "urgency", new Set()))).toEqual(wanted);
    expect(ids(rowsOf([...all].reverse(), "urgency", new Set()))).toEqual(wanted);
    expect(ids(rowsOf(all, "newest", new Set()))[0]).toBe("low-new");
    expect(ids(rowsOf(all, "oldest", new Set()))[0]).toBe("critical");
  });

  it("folds a burst into its first, which stays where it is when others join", () => {
    const first = alert({ id: "b1", group_id: "b1", raised_at: at(1) });
    const other = alert({ id: "z", raised_at: at(2) });
    const later = alert({ id: "b2", group_id: "b1", raised_at: at(3) });
    const folded = rowsOf([later, other, first], "urgency", new Set());
    expect(ids(folded)).toEqual(["z", "b1"]);
    expect(folded[1]?.group.map((one) => one.id)).toEqual(["b1", "b2"]);
    expect(rowIndex(folded, "b2")).toBe(1);
    expect(rowIndex(folded, "nobody")).toBe(-1);
    const open = rowsOf([later, other, first], "urgency", new Set(["b1"]));
    expect(ids(open)).toEqual(["z", "b1", "b2"]);
    expect(open.map((row) => row.child)).toEqual([false, false, true]);
    expect(rowIndex(open, "b2")).toBe(2);
  });

  it("finds words without accents in any order, and only all of them", () => {
    const one = alert({ camera_name: "Jirón Puno", zone: "Vereda" });
    const find = (text: string): boolean => matches(one, { ...ALL, text });
    expect(find("PUNO jiron")).toBe(true);
    expect(find("vereda entro")).toBe(true);
    expect(find("puno plaza")).toBe(false);
    expect(matches(one, { ...ALL, severity: "low" })).toBe(false);
    expect(matches(one, { ...ALL, camera: "other" })).toBe(false);
    expect(matches(one, { ...ALL, rule: "Ingreso", severity: "high", camera: "cam" })).toBe(true);
  });

  it("sorts and folds ten thousand in less time than anybody notices", () => {
    const many = Array.from({ length: 10_000 }, (_, number) =>
      alert({ id: `m${number}`, group_id: `m${number - (number % 3)}`, raised_at: at(number % 60) }),
    );
    const before = performance.now();
    expect(rowsOf(many, "urgency", new Set())).toHaveLength(3334);
    expect(performance.now() - before).toBeLessThan(500);
  });
});

describe("the box over a clip", () => {
  const track = {
    started_at: "2026-03-01T10:00:00.000Z",
    path: [
      [0, 0, 0, 0.2, 0.2],
      [2, 0.4, 0.2, 0.6, 0.4],
    ],
  };
  const t0 = Date.parse(track.started_at);

  it("moves between the places where it was seen, and is nowhere else", () => {
    expect(boxAt(track, t0)).toEqual([0, 0, 0.2, 0.2]);
    expect(boxAt(track, t0 + 1000)).toEqual([0.2, 0.1, 0.4, 0.30000000000000004]);
    expect(boxAt(track, t0 + 2000)).toEqual([0.4, 0.2, 0.6, 0.4]);
    expect(boxAt(track, t0 + 2001)).toBeNull();
    expect(boxAt(track, t0 - 1000)).toBeNull();
  });

  it("knows the moment from the clip's end", () => {
    expect(momentOf("2026-03-01T10:00:10.000Z", 10, 4)).toBe(t0 + 4000);
  });
});

describe("the alert after those that are settled", () => {
  const at = (second: number, changes: Partial<Alert>) =>
    alert({ raised_at: `2026-03-01T10:00:0${second}.000Z`, ...changes });
  const all = [
    at(1, { id: "last" }),
    at(2, { id: "gone", status: "dismissed" }),
    at(3, { id: "g1", group_id: "g" }),
    at(4, { id: "g2", group_id: "g" }),
    at(5, { id: "first" }),
  ];
  const rows = rowsOf(all, "newest", new Set());

  it("is the next, in the order of the queue", () => {
    expect(rows.map((row) => row.alert.id)).toEqual(["first", "g1", "gone", "last"]);
    expect(openAfter(rows, 0, new Set(["first"]))).toBe("g1");
    expect(openAfter(rows, 1, new Set(["g1", "g2"]))).toBe("last");
  });
  it("is another of the same group while one is left", () => {
    expect(openAfter(rows, 1, new Set(["g1"]))).toBe("g2");
  });
  it("is the one before where none follows, and none where all are done", () => {
    expect(openAfter(rows, 3, new Set(["last"]))).toBe("g1");
    expect(openAfter(rows, 3, new Set(["last", "g1", "g2", "first"]))).toBeUndefined();
  });
});
