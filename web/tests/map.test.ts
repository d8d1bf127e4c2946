import { describe, expect, it } from "vitest";
import {
  cone,
  directionDeg,
  distanceM,
  ground,
  metresPerDegree,
  moved,
  nearest,
  undistorted,
} from "../src/map/geo";
import { boundsOf, KnownPins, placesOf, tracksOf, type Pin } from "../src/map/features";

const LIMA = { lat: -12.0464, lon: -77.0428 };

describe("distances", () => {
  it("are those of the globe", () => {
    const cusco = { lat: -13.5319, lon: -71.9675 };
    // Lima to Cusco is about 574 km.
    expect(distanceM(LIMA, cusco) / 1000).toBeGreaterThan(565);
    expect(distanceM(LIMA, cusco) / 1000).toBeLessThan(582);
    expect(distanceM(LIMA, LIMA)).toBe(0);
    expect(distanceM({ lat: 0, lon: 179.999 }, { lat: 0, lon: -179.999 })).toBeLessThan(300);
    expect(distanceM({ lat: 90, lon: 0 }, { lat: -90, lon: 0 }) / 1000).toBeCloseTo(20015, 0);
  });
  it("agree with the length of a degree", () => {
    const { east, north } = metresPerDegree(LIMA.lat);
    expect(north).toBeCloseTo(110623, -2);
    expect(east).toBeCloseTo(108895, -2);
  });
});

describe("the nearest", () => {
  it("are nearest first, and those without a place are left out", () => {
    const things = [
      { id: "far", place: moved(LIMA, 90, 900) },
      { id: "near", place: moved(LIMA, 180, 50) },
      { id: "nowhere", place: null },
      { id: "middle", place: moved(LIMA, 270, 300) },
    ];
    expect(nearest(things, (one) => one.place, LIMA, 2).map((one) => one.id)).toEqual(["near", "middle"]);
    expect(nearest(things, (one) => one.place, LIMA, 9)).toHaveLength(3);
  });
  it("may be the same across the antimeridian", () => {
    const found = nearest(
      [
        { lat: 0, lon: -179.99 },
        { lat: 0, lon: 179 },
      ],
      (one) => one,
      { lat: 0, lon: 179.99 },
      1,
    );
    expect(found).toEqual([{ lat: 0, lon: -179.99 }]);
  });
});

describe("a field of view", () => {
  it("goes out from the camera, to both sides of its direction", () => {
    const ring = cone(LIMA, 90, 60, 100);
    expect(ring[0]).toEqual([LIMA.lon, LIMA.lat]);
    expect(ring.at(-1)).toEqual(ring[0]);
    const edges = ring.slice(1, -1).map(([lon, lat]) => ({ lat, lon }));
    for (const edge of edges) expect(distanceM(LIMA, edge)).toBeCloseTo(100, -1);
    expect(directionDeg(LIMA, edges[0]!)).toBeCloseTo(60, 3);
    expect(directionDeg(LIMA, edges.at(-1)!)).toBeCloseTo(120, 3);
  });
  it("of all around is a circle without a corner at the camera", () => {
    const ring = cone(LIMA, 0, 360, 50);
    expect(ring[0]![1]).toBeCloseTo(ring.at(-1)![1], 9);
    for (const [lon, lat] of ring) expect(distanceM(LIMA, { lat, lon })).toBeGreaterThan(45);
  });
  it("turns: a place moved in a direction lies in that direction", () => {
    for (const direction of [0, 45, 133, 270, 359])
      expect(directionDeg(LIMA, moved(LIMA, direction, 70))).toBeCloseTo(direction, 6);
  });
});

describe("a calibrated picture", () => {
  const origin = { origin_latitude_deg: LIMA.lat, origin_longitude_deg: LIMA.lon };
  it("gives the place on the ground", () => {
    // 10 m east for a whole picture's width, 20 m south for its height.
    const calibration = { matrix: [10, 0, 0, 0, -20, 0, 0, 0, 1], ...origin };
    const place = ground(calibration, 1, 0.5)!;
    expect(distanceM(LIMA, place)).toBeCloseTo(Math.hypot(10, 10), 0);
    expect(directionDeg(LIMA, place)).toBeCloseTo(135, 1);
  });
  it("takes the lens out first, as the server does", () => {
    const corner = undistorted(-0.3, 4 / 3, 1, 1);
    expect(corner[0]).toBeCloseTo(0.5 + 0.5 / 0.7, 9);
    expect(corner[1]).toBeCloseTo(0.5 + 0.5 / 0.7, 9);
    expect(undistorted(-0.3, 4 / 3, 0.5, 0.5)).toEqual([0.5, 0.5]);
    const calibration = { matrix: [10, 0, 0, 0, -20, 0, 0, 0, 1], k1: -0.3, aspect: 4 / 3, ...origin };
    expect(distanceM(LIMA, ground(calibration, 1, 1)!)).toBeCloseTo(Math.hypot(12.14, 24.29), 0);
  });
  it("gives nothing above the horizon", () => {
    const calibration = { matrix: [10, 0, 0, 0, -20, 0, 0, 1, -0.3], ...origin };
    expect(ground(calibration, 0.5, 0.9)).not.toBeNull();
    expect(ground(calibration, 0.5, 0.2)).toBeNull();
    expect(ground(calibration, 0.5, 0.3)).toBeNull();
  });
});

describe("what goes to the map", () => {
  const pin = (id: string, other: Partial<Pin> = {}): Pin => ({
    id,
    name: id,
    at: LIMA,
    direction: null,
    fieldOfView: null,
    state: "recording",
    alerts: 0,
    severity: "info",
    calls: false,
    ...other,
  });
  const ids = (features: { properties: unknown }[] | undefined): string[] =>
    (features ?? []).map((one) => (one.properties as { id: string }).id);

  it("is only what differs from before", () => {
    const known = new KnownPins();
    const first = known.change([pin("a"), pin("b", { direction: 90 })]);
    expect(ids(first.cameras.add)).toEqual(["a", "b"]);
    expect(ids(first.cones.add)).toEqual(["b"]);
    expect(known.change([pin("a"), pin("b", { direction: 90 })]).any).toBe(false);
    const later = known.change([pin("b", { alerts: 2 })]);
    expect(later.any).toBe(true);
    expect(ids(later.cameras.add)).toEqual(["b"]);
    expect(later.cameras.remove).toEqual(["a"]);
    // A camera that lost its direction loses its cone, and so does one that is gone.
    expect(later.cones.add).toEqual([]);
    expect(later.cones.remove).toEqual(["b", "a"]);
  });
  it("has a cone for a camera that sees all around, without a direction", () => {
    expect(ids(new KnownPins().change([pin("dome", { fieldOfView: 360 })]).cones.add)).toEqual(["dome"]);
  });
  it("names no camera at more length than a label has room for", () => {
    const [label] = new KnownPins().change([pin("a", { name: "x".repeat(41) })]).cameras.add ?? [];
    expect(label?.properties?.name).toBe(`${"x".repeat(39)}…`);
  });
  it("has the way of what moves, and a point at its end", () => {
    const place = (lon: number) => ({ lat: -12, lon });
    const { features } = tracksOf([
      { key: "standing", path: [place(1)] },
      { key: "walking", path: [place(2), place(3)] },
      { key: "unknown", path: [] },
    ]);
    expect(features.map((one) => one.geometry)).toEqual([
      { type: "Point", coordinates: [1, -12] },
      {
        type: "LineString",
        coordinates: [
          [2, -12],
          [3, -12],
        ],
      },
      { type: "Point", coordinates: [3, -12] },
    ]);
  });
  it("fits into bounds that hold every corner", () => {
    const square = [
      [
        [-77, -12],
        [-76, -12],
        [-76, -11],
        [-77, -12],
      ],
    ];
    const places = placesOf([
      { type: "Feature", properties: {}, geometry: { type: "MultiPolygon", coordinates: [square] } },
      { type: "Feature", properties: {}, geometry: { type: "Point", coordinates: [-80, -5] } },
    ]);
    expect(boundsOf(places)).toEqual([
      [-80, -12],
      [-76, -5],
    ]);
    expect(boundsOf([])).toBeNull();
  });
});
