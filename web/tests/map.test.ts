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
