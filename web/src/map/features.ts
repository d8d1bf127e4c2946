// What the map is given to draw, as GeoJSON: cameras, their fields of view, what moves. Pure, so that it can be tested.

import type * as GeoJSON from "geojson";
import type { GeoJSONSourceDiff } from "maplibre-gl";
import { cone, type Place } from "./geo";
import { wedgeName } from "./look";
import { rank, SEVERITIES, type MapState, type Severity } from "./states";

export interface Pin {
  id: string;
  name: string;
  at: Place;
  direction: number | null;
  fieldOfView: number | null;
  state: MapState;
  /** Alerts that nobody has settled, and the worst of them. */
  alerts: number;
  severity: Severity;
  /** Whether one of them is new: it pulses. */
  calls: boolean;
}

export interface Mover {
  key: string;
  /** Oldest first. */
  path: Place[];
}

export type Corner = [number, number];
/** South-west and north-east. */
export type Bounds = [Corner, Corner];

export const NOTHING: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
const REACH_M = 90;
const LONGEST_NAME = 40;

export const at = (place: Place): Corner => [place.lon, place.lat];

export function collection(features: GeoJSON.Feature[]): GeoJSON.FeatureCollection {
  return { type: "FeatureCollection", features };
}

export function feature(place: Place, properties: Record<string, unknown>): GeoJSON.Feature {
  return { type: "Feature", properties, geometry: { type: "Point", coordinates: at(place) } };
}

function point(pin: Pin): GeoJSON.Feature {
  return feature(pin.at, {
    id: pin.id,
    name: pin.name.length > LONGEST_NAME ? `${pin.name.slice(0, LONGEST_NAME - 1)}…` : pin.name,
    state: rank(pin.state),
    worst: rank(pin.state),
    alerts: pin.alerts,
    severity: SEVERITIES.indexOf(pin.severity),
    ...(pin.direction === null ? {} : { direction: pin.direction, wedge: wedgeName(pin.fieldOfView ?? 60) }),
  });
}

function sector(pin: Pin): GeoJSON.Feature {
  return {
    type: "Feature",
    properties: { id: pin.id },
    geometry: {
      type: "Polygon",
      coordinates: [cone(pin.at, pin.direction ?? 0, pin.fieldOfView ?? 60, REACH_M)],
    },
  };
}

/** The way of each mover behind it, and a point where it is now. */
export function tracksOf(movers: Mover[]): GeoJSON.FeatureCollection {
  const features: GeoJSON.Feature[] = [];
  for (const { path } of movers) {
    const last = path.at(-1);
    if (!last) continue;
    if (path.length > 1)
      features.push({
        type: "Feature",
        properties: {},
        geometry: { type: "LineString", coordinates: path.map(at) },
      });
    features.push(feature(last, {}));
  }
  return collection(features);
}

export interface Change {
  cameras: GeoJSONSourceDiff;
  cones: GeoJSONSourceDiff;
  /** Whether there is anything to do. */
  any: boolean;
}

/** The cameras that the map has, so that only what differs from before goes to it. */
export class KnownPins {
  private known = new Map<string, string>();

  /** What has to change for these to be all. From now on they count as known. */
  change(pins: Pin[]): Change {
    const added: GeoJSON.Feature[] = [];
    const removed: string[] = [];
    const cones: GeoJSON.Feature[] = [];
    const withoutCone: string[] = [];
    const there = new Map<string, string>();
    for (const pin of pins) {
      const key = JSON.stringify(pin);
      there.set(pin.id, key);
      if (this.known.get(pin.id) === key) continue;
      // Adding a feature whose id is there replaces it.
      added.push(point(pin));
      if (pin.direction !== null || (pin.fieldOfView ?? 0) >= 360) cones.push(sector(pin));
      else withoutCone.push(pin.id);
    }
    for (const id of this.known.keys()) if (!there.has(id)) removed.push(id);
    this.known = there;
    return {
      cameras: { add: added, remove: removed },
      cones: { add: cones, remove: [...withoutCone, ...removed] },
      any: added.length > 0 || removed.length > 0,
    };
  }
}

/** All points of a shape. */
function cornersOf(geometry: GeoJSON.Geometry): GeoJSON.Position[] {
  if (geometry.type === "Point") return [geometry.coordinates];
  if (geometry.type === "Polygon") return geometry.coordinates.flat();
  return geometry.type === "MultiPolygon" ? geometry.coordinates.flat(2) : [];
}

export function placesOf(features: GeoJSON.Feature[]): Place[] {
  return features.flatMap(({ geometry }) => cornersOf(geometry)).map(([lon = 0, lat = 0]) => ({ lat, lon }));
}

/** The smallest bounds that hold all places; null: there are none. */
export function boundsOf(places: Place[]): Bounds | null {
  if (!places.length) return null;
  const lats = places.map((one) => one.lat);
  const lons = places.map((one) => one.lon);
  return [
    [Math.min(...lons), Math.min(...lats)],
    [Math.max(...lons), Math.max(...lats)],
  ];
}
