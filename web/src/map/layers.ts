// What the map draws, bottom to top. The same layers for both themes; only their colours differ.

import type { LayerSpecification } from "maplibre-gl";
import type { Colours } from "./look";
import { SEVERITIES, STATES } from "./states";

export const FONT = ["Inter Variable"];
/** From here on no cameras are drawn together. */
export const APART_ZOOM = 14;
const CLUSTER = ["has", "point_count"] as never;
const SINGLE = ["!", ["has", "point_count"]] as never;

const match = (property: string, names: readonly string[], value: (name: string, index: number) => unknown) =>
  [
    "match",
    ["get", property],
    ...names.flatMap((name, index) => [index, value(name, index)]),
    value(names[0] ?? "", 0),
  ] as never;

export function baseLayers(look: Colours): LayerSpecification[] {
  return [
    { id: "water", type: "background", paint: { "background-color": look.water } },
    {
      id: "land",
      type: "fill",
      source: "world",
      filter: ["!", ["has", "border"]],
      paint: { "fill-color": look.land, "fill-antialias": false },
    },
    {
      // The finer Peru leaves slivers along the coarser neighbours: no water there.
      id: "border-bed",
      type: "line",
      source: "world",
      filter: ["has", "border"],
      paint: {
        "line-color": look.land,
        "line-width": ["interpolate", ["exponential", 2], ["zoom"], 2, 1, 5, 3, 9, 48],
      },
    },
    {
      id: "borders",
      type: "line",
      source: "world",
      filter: ["has", "border"],
      paint: { "line-color": look.line, "line-width": 1 },
    },
    {
      id: "peru",
      type: "fill",
      source: "peru",
      filter: ["has", "name"],
      paint: { "fill-color": look.land, "fill-antialias": false },
    },
    {
      id: "departments",
      type: "line",
      source: "peru",
      filter: ["has", "name"],
      paint: {
        "line-color": look.line,
        "line-width": ["interpolate", ["linear"], ["zoom"], 4, 0.5, 10, 1.5],
      },
    },
  ];
}

export function districtLayers(look: Colours): LayerSpecification[] {
  return [
    {
      id: "districts-fill",
      type: "fill",
      source: "districts",
      paint: { "fill-color": look.accent, "fill-opacity": 0.05 },
    },
    {
      id: "districts-line",
      type: "line",
      source: "districts",
      paint: { "line-color": look.strong, "line-width": 1.2, "line-dasharray": [4, 2] },
    },
  ];
}

/** The jurisdictions of agencies, and the sites that joined: at a hub. */
export function agencyLayers(look: Colours): LayerSpecification[] {
  const text = { "text-color": look.text, "text-halo-color": look.land, "text-halo-width": 1.5 };
  return [
    {
      id: "areas-fill",
      type: "fill",
      source: "areas",
      paint: { "fill-color": look.severities.medium, "fill-opacity": 0.06 },
    },
    {
      id: "areas-line",
      type: "line",
      source: "areas",
      paint: { "line-color": look.severities.medium, "line-width": 1.6 },
    },
    {
      id: "area-names",
      type: "symbol",
      source: "areas",
      filter: ["has", "name"],
      minzoom: 8,
      layout: {
        "text-field": ["get", "name"],
        "text-font": FONT,
        "text-size": 12,
        "text-padding": 6,
        // A site often stands in the middle of its area: its icon has that place, its own name the one above.
        "text-anchor": "top",
        "text-offset": [0, 1.4],
      },
      paint: { ...text, "text-color": look.severities.medium },
    },
    {
      id: "sites",
      type: "symbol",
      source: "sites",
      layout: {
        "icon-image": ["concat", "site-", ["get", "link"]],
        "icon-allow-overlap": true,
        "icon-ignore-placement": true,
        "text-field": ["get", "name"],
        "text-font": FONT,
        "text-size": 12,
        "text-anchor": "bottom",
        "text-offset": [0, -1.5],
        "text-optional": true,
      },
      paint: text,
    },
  ];
}

export function labelLayers(look: Colours): LayerSpecification[] {
  const paint = { "text-color": look.muted, "text-halo-color": look.land, "text-halo-width": 1.5 };
  return [
    {
      id: "department-names",
      type: "symbol",
      source: "peru",
      filter: ["has", "label"],
      minzoom: 4.5,
      maxzoom: 10,
      layout: { "text-field": ["get", "label"], "text-font": FONT, "text-size": 12, "text-padding": 8 },
      paint,
    },
    {
      id: "district-names",
      type: "symbol",
      source: "districts",
      minzoom: 10,
      layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": 12, "text-padding": 6 },
      paint,
    },
  ];
}

export function cameraLayers(look: Colours): LayerSpecification[] {
  const rim = match("worst", STATES, (name) => look.states[name as keyof Colours["states"]]);
  return [
    {
      id: "cones",
      type: "fill",
      source: "cones",
      minzoom: 16.5,
      paint: { "fill-color": look.accent, "fill-opacity": 0.16 },
    },
    {
      id: "cone-lines",
      type: "line",
      source: "cones",
      minzoom: 16.5,
      paint: { "line-color": look.accent, "line-opacity": 0.55, "line-width": 1 },
    },
    {
      id: "wedges",
      type: "symbol",
      source: "cameras",
      filter: ["all", SINGLE, ["has", "wedge"]] as never,
      minzoom: 9,
      maxzoom: 16.5,
      layout: {
        "icon-image": ["get", "wedge"],
        "icon-rotate": ["get", "direction"],
        "icon-rotation-alignment": "map",
        "icon-allow-overlap": true,
        "icon-ignore-placement": true,
      },
      paint: { "icon-opacity": 0.85 },
    },
    {
      id: "trails",
      type: "line",
      source: "tracks",
      filter: ["==", ["geometry-type"], "LineString"],
      layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": look.severities.medium, "line-width": 2.5, "line-opacity": 0.75 },
    },
    {
      id: "movers",
      type: "circle",
      source: "tracks",
      filter: ["==", ["geometry-type"], "Point"],
      paint: {
        "circle-color": look.severities.medium,
        "circle-radius": 5,
        "circle-stroke-color": look.ground,
        "circle-stroke-width": 2,
      },
    },
    {
      id: "marked",
      type: "circle",
      source: "marks",
      paint: {
        "circle-radius": ["case", ["get", "selected"], 19, 16],
        "circle-color": look.accent,
        "circle-opacity": ["case", ["get", "selected"], 0.25, 0],
        "circle-stroke-color": look.accent,
        "circle-stroke-width": ["case", ["get", "selected"], 2.5, 1.5],
      },
    },
    {
      id: "clusters",
      type: "circle",
      source: "cameras",
      filter: CLUSTER,
      paint: {
        "circle-color": look.ground,
        "circle-radius": ["step", ["get", "point_count"], 17, 20, 21, 200, 26, 1000, 31],
        "circle-stroke-color": rim,
        "circle-stroke-width": 3,
      },
    },
    {
      id: "cluster-counts",
      type: "symbol",
      source: "cameras",
      filter: CLUSTER,
      layout: {
        "text-field": ["to-string", ["get", "point_count"]],
        "text-font": FONT,
        "text-size": 13,
        "text-allow-overlap": true,
        "text-ignore-placement": true,
      },
      paint: { "text-color": look.text },
    },
    {
      id: "cluster-worst",
      type: "symbol",
      source: "cameras",
      filter: ["all", CLUSTER, [">=", ["get", "worst"], STATES.indexOf("connecting")]] as never,
      layout: {
        "icon-image": match("worst", STATES, (name) => `camera-${name}`),
        "icon-size": 0.75,
        "icon-offset": [-24, -22],
        "icon-allow-overlap": true,
        "icon-ignore-placement": true,
      },
    },
    {
      id: "cameras",
      type: "symbol",
      source: "cameras",
      filter: SINGLE,
      layout: {
        "icon-image": match("state", STATES, (name) => `camera-${name}`),
        "icon-allow-overlap": true,
        "icon-ignore-placement": true,
      },
    },
    {
      id: "alerts",
      type: "symbol",
      source: "cameras",
      filter: [">", ["get", "alerts"], 0],
      layout: {
        "icon-image": match("severity", SEVERITIES, (name) => `alert-${name}`),
        "icon-offset": ["case", CLUSTER, ["literal", [20, -18]], ["literal", [12, -12]]] as never,
        "icon-allow-overlap": true,
        "icon-ignore-placement": true,
      },
    },
    {
      id: "camera-names",
      type: "symbol",
      source: "cameras",
      filter: SINGLE,
      minzoom: APART_ZOOM,
      layout: {
        "text-field": ["get", "name"],
        "text-font": FONT,
        "text-size": 12,
        "text-anchor": "top",
        "text-offset": [0, 1.3],
        "text-max-width": 12,
        "text-optional": true,
      },
      paint: { "text-color": look.text, "text-halo-color": look.land, "text-halo-width": 1.5 },
    },
  ];
}
