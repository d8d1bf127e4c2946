// At a hub: the agencies' areas and the sites with their links, as what the map draws.

import type * as GeoJSON from "geojson";
import { api, ask, type Schemas } from "../api/client";
import { agencies } from "../lib/agencies.svelte";
import { t } from "../lib/i18n.svelte";
import { session } from "../lib/session.svelte";
import { site } from "../lib/site.svelte";
import { linkOf } from "../sites/link";

const LOOK_EVERY_MS = 15_000;

let sites = $state.raw<Schemas["JoinedSiteOut"][]>([]);

async function look(): Promise<void> {
  const result = await ask(api.GET("/api/sites"));
  if (result.kind === "ok") sites = result.data.sites;
}

/** Follow the links of sites; returns how to stop. Does nothing where no sites join. */
export function watchSites(): () => void {
  if (!site.info?.is_hub || !session.may("site.read")) return () => undefined;
  void look();
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  return () => clearInterval(timer);
}

function middleOf(shape: GeoJSON.Polygon | GeoJSON.MultiPolygon): [number, number] {
  const rings = shape.type === "Polygon" ? shape.coordinates : shape.coordinates.flat();
  const points = rings.flat();
  const middle = (axis: 0 | 1): number => {
    const values = points.map((one) => one[axis] ?? 0);
    return (Math.min(...values) + Math.max(...values)) / 2;
  };
  return [middle(0), middle(1)];
}

export function areas(): GeoJSON.FeatureCollection {
  const features = agencies.all
    .filter((one) => one.area)
    .flatMap((one): GeoJSON.Feature[] => {
      const geometry = one.area as unknown as GeoJSON.Polygon | GeoJSON.MultiPolygon;
      // The name stands once, in the middle: on the shape itself it would come again with each tile of the map.
      const middle: GeoJSON.Point = { type: "Point", coordinates: middleOf(geometry) };
      return [
        { type: "Feature", properties: {}, geometry },
        { type: "Feature", properties: { name: one.name }, geometry: middle },
      ];
    });
  return { type: "FeatureCollection", features };
}

/** Where the sites are, as far as they told. */
export function sitePlaces(): { at: { lat: number; lon: number } }[] {
  return sites.flatMap((one) =>
    one.place && !one.revoked_at
      ? [{ at: { lat: one.place.latitude_deg, lon: one.place.longitude_deg } }]
      : [],
  );
}

export function sitePoints(): GeoJSON.FeatureCollection {
  const features = sites.flatMap((one): GeoJSON.Feature[] =>
    one.place && !one.revoked_at
      ? [
          {
            type: "Feature",
            properties: { name: `${one.name} · ${t(`sites-link-${linkOf(one)}`)}`, link: linkOf(one) },
            geometry: { type: "Point", coordinates: [one.place.longitude_deg, one.place.latitude_deg] },
          },
        ]
      : [],
  );
  return { type: "FeatureCollection", features };
}
