// The style that the map begins with: where its pictures come from, and the layers that draw them, bottom to top.

import type { StyleSpecification } from "maplibre-gl";
import peruUrl from "./basemap/peru.json?url";
import worldUrl from "./basemap/world.json?url";
import { NOTHING } from "./features";
import { agencyLayers, APART_ZOOM, baseLayers, cameraLayers, districtLayers, labelLayers } from "./layers";
import type { Colours } from "./look";
import { tileLayers, type Tiles } from "./tiles";

const absolute = (url: string): string => new URL(url, location.href).href;

export function styleOf(tiles: Tiles | null, look: Colours): StyleSpecification {
  const below = tiles ? tileLayers(tiles, look) : { sources: {}, layers: [] };
  return {
    version: 8,
    sources: {
      world: { type: "geojson", data: absolute(worldUrl), maxzoom: 8, tolerance: 0.5 },
      peru: { type: "geojson", data: absolute(peruUrl), maxzoom: 12 },
      ...below.sources,
      districts: { type: "geojson", data: NOTHING },
      areas: { type: "geojson", data: NOTHING },
      sites: { type: "geojson", data: NOTHING },
      cones: { type: "geojson", data: NOTHING, promoteId: "id" },
      cameras: {
        type: "geojson",
        data: NOTHING,
        promoteId: "id",
        cluster: true,
        clusterRadius: 46,
        clusterMaxZoom: APART_ZOOM - 1,
        clusterProperties: {
          worst: ["max", ["get", "state"]],
          alerts: ["+", ["get", "alerts"]],
          severity: ["max", ["get", "severity"]],
        },
      },
      marks: { type: "geojson", data: NOTHING },
      tracks: { type: "geojson", data: NOTHING },
    },
    layers: [
      ...baseLayers(look),
      ...below.layers,
      ...districtLayers(look),
      ...labelLayers(look),
      ...agencyLayers(look),
      ...cameraLayers(look),
    ],
  };
}
