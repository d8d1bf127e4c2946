// What an administrator may lay below the cameras: a file of tiles on the desk, or a tile server of theirs.

import { addProtocol, type LayerSpecification, type SourceSpecification } from "maplibre-gl";
import type { Colours } from "./look";
import { FONT } from "./layers";

export type Tiles =
  | { kind: "server"; url: string; attribution: string; maxZoom: number }
  | { kind: "file-pictures"; url: string }
  | { kind: "file-shapes"; url: string; layers: string[] };

interface Below {
  sources: Record<string, SourceSpecification>;
  layers: LayerSpecification[];
}

/** Open the desk's file of tiles and see what is in it. Its reader is loaded only where there is such a file. */
export async function openFile(): Promise<Tiles | null> {
  const { PMTiles, Protocol, TileType } = await import("pmtiles");
  const address = new URL("/api/map/tiles.pmtiles", location.href).href;
  const file = new PMTiles(address);
  const protocol = new Protocol();
  protocol.add(file);
  addProtocol("pmtiles", protocol.tile);
  const url = `pmtiles://${address}`;
  if ((await file.getHeader()).tileType !== TileType.Mvt) return { kind: "file-pictures", url };
  const told = (await file.getMetadata()) as { vector_layers?: { id?: unknown }[] };
  const layers = (told.vector_layers ?? []).map((one) => one.id).filter((id) => typeof id === "string");
  return { kind: "file-shapes", url, layers };
}

export function tileLayers(tiles: Tiles, look: Colours): Below {
  if (tiles.kind === "server") {
    const below: SourceSpecification = {
      type: "raster",
      tiles: [tiles.url],
      tileSize: 256,
      maxzoom: tiles.maxZoom,
    };
    return { sources: { below }, layers: [pictures] };
  }
  if (tiles.kind === "file-pictures")
    return { sources: { below: { type: "raster", url: tiles.url, tileSize: 256 } }, layers: [pictures] };
  return {
    sources: { below: { type: "vector", url: tiles.url } },
    layers: tiles.layers.flatMap((name) => shapes(name, look)),
  };
}

const pictures: LayerSpecification = {
  id: "below",
  type: "raster",
  source: "below",
  paint: { "raster-opacity": 0.9 },
};

/** How a layer of a vector file is drawn, by its usual names (OpenMapTiles, Protomaps, Shortbread). */
function shapes(name: string, look: Colours): LayerSpecification[] {
  const of = { source: "below", "source-layer": name };
  if (/water|ocean/.test(name))
    return [{ id: `below-${name}`, type: "fill", ...of, paint: { "fill-color": look.water } }];
  if (/building/.test(name))
    return [
      {
        id: `below-${name}`,
        type: "fill",
        ...of,
        minzoom: 14,
        paint: { "fill-color": look.line, "fill-opacity": 0.4 },
      },
    ];
  if (/road|street|transport|highway/.test(name) && !/label|name/.test(name))
    return [
      {
        id: `below-${name}`,
        type: "line",
        ...of,
        paint: {
          "line-color": look.line,
          "line-width": ["interpolate", ["exponential", 1.6], ["zoom"], 8, 0.4, 14, 1.5, 19, 12],
        },
      },
    ];
  if (/place|label|name/.test(name))
    return [
      {
        id: `below-${name}`,
        type: "symbol",
        ...of,
        layout: { "text-field": ["coalesce", ["get", "name"], ""], "text-font": FONT, "text-size": 12 },
        paint: { "text-color": look.muted, "text-halo-color": look.land, "text-halo-width": 1.5 },
      },
    ];
  return [];
}
