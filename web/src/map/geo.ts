// Places on the ground: distances, cones, and what a calibrated picture is there. Degrees, WGS 84; metres.

export interface Place {
  lat: number;
  lon: number;
}

const EARTH_M = 6_371_008.8;
const rad = (deg: number): number => (deg * Math.PI) / 180;

/** Great-circle distance in metres. */
export function distanceM(a: Place, b: Place): number {
  const dLat = rad(b.lat - a.lat) / 2;
  const dLon = rad(b.lon - a.lon) / 2;
  const h = Math.sin(dLat) ** 2 + Math.cos(rad(a.lat)) * Math.cos(rad(b.lat)) * Math.sin(dLon) ** 2;
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** The `count` things nearest to `from`, nearest first. */
export function nearest<T>(items: T[], placeOf: (item: T) => Place | null, from: Place, count: number): T[] {
  return items
    .flatMap((item) => {
      const place = placeOf(item);
      return place ? [{ item, away: distanceM(from, place) }] : [];
    })
    .sort((a, b) => a.away - b.away)
    .slice(0, count)
    .map((one) => one.item);
}

/** How long a degree of longitude and one of latitude are there (WGS 84): as the server reckons calibrations. */
export function metresPerDegree(lat: number): { east: number; north: number } {
  const a = 6_378_137;
  const e2 = 6.69437999014e-3;
  const sine = Math.sin(rad(lat));
  const bend = 1 - e2 * sine * sine;
  return {
    east: rad((a / Math.sqrt(bend)) * Math.cos(rad(lat))),
    north: rad((a * (1 - e2)) / bend ** 1.5),
  };
}

/** The place `metres` away in a direction (degrees clockwise from north). For the size of a town. */
export function moved(from: Place, directionDeg: number, metres: number): Place {
  const scale = metresPerDegree(from.lat);
  return {
    lat: from.lat + (Math.cos(rad(directionDeg)) * metres) / scale.north,
    lon: from.lon + (Math.sin(rad(directionDeg)) * metres) / scale.east,
  };
}

/** Direction from one place to another, 0 to 360 degrees clockwise from north. */
export function directionDeg(from: Place, to: Place): number {
  const scale = metresPerDegree(from.lat);
  const east = (to.lon - from.lon) * scale.east;
  const north = (to.lat - from.lat) * scale.north;
  return ((Math.atan2(east, north) * 180) / Math.PI + 360) % 360;
}

/** A field of view as a closed ring of [lon, lat]: a sector of `metres`, or a circle for 360 degrees. */
export function cone(at: Place, direction: number, fieldOfView: number, metres: number): [number, number][] {
  const whole = fieldOfView >= 360;
  const steps = Math.max(2, Math.ceil(fieldOfView / 6));
  const ring: [number, number][] = whole ? [] : [[at.lon, at.lat]];
  for (let step = 0; step <= steps; step += 1) {
    const edge = moved(at, direction - fieldOfView / 2 + (fieldOfView * step) / steps, metres);
    ring.push([edge.lon, edge.lat]);
  }
  ring.push(ring[0] ?? [at.lon, at.lat]);
  return ring;
}

export interface Calibration {
  matrix: number[];
  origin_latitude_deg: number;
  origin_longitude_deg: number;
  k1?: number;
  aspect?: number;
}

/** Where a lens without distortion would show a point (0..1): the division model, as `kit.geometry.undistorted`. */
export function undistorted(k1: number, aspect: number, x: number, y: number): [number, number] {
  const dx = (x - 0.5) * aspect;
  const dy = y - 0.5;
  const out = 1 / (1 + (k1 * (dx * dx + dy * dy) * 4) / (aspect * aspect + 1));
  return [0.5 + (dx * out) / aspect, 0.5 + dy * out];
}

/** Where on the ground a point of the picture (0..1) is; null beyond the horizon. */
export function ground(calibration: Calibration, x: number, y: number): Place | null {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 0] = calibration.matrix;
  [x, y] = undistorted(calibration.k1 ?? 0, calibration.aspect ?? 16 / 9, x, y);
  const depth = g * x + h * y + i;
  // On the side of the horizon where the pairs are: the sign there is that of the picture's lower edge.
  const below = g * 0.5 + h + i;
  if (Math.abs(depth) < 1e-9 || depth > 0 !== below > 0) return null;
  const scale = metresPerDegree(calibration.origin_latitude_deg);
  const east = (a * x + b * y + c) / depth;
  const north = (d * x + e * y + f) / depth;
  if (Math.hypot(east, north) > 5000) return null;
  return {
    lat: calibration.origin_latitude_deg + north / scale.north,
    lon: calibration.origin_longitude_deg + east / scale.east,
  };
}
