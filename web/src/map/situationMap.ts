// The map itself: MapLibre with our layers. Knows cameras as points with a state; nothing of the desk or of Svelte.

import {
  GeoJSONSource,
  Map as GlMap,
  Marker,
  ScaleControl,
  setWorkerUrl,
  type GeoJSONSourceDiff,
  type LngLatLike,
  type MapMouseEvent,
  type StyleSpecification,
} from "maplibre-gl";
import type * as GeoJSON from "geojson";
import "maplibre-gl/dist/maplibre-gl.css";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import peruUrl from "./basemap/peru.json?url";
import worldUrl from "./basemap/world.json?url";
import { cone, type Place } from "./geo";
import { agencyLayers, APART_ZOOM, baseLayers, cameraLayers, districtLayers, labelLayers } from "./layers";
import { colours, picture, RATIO_OF_PICTURES, wedgeName, type Colours } from "./look";
import { rank, SEVERITIES, type MapState, type Severity } from "./states";
import { tileLayers, type Tiles } from "./tiles";

setWorkerUrl(workerUrl);

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

export interface Told {
  oncamera(id: string, at: Place): void;
  /** A click on no camera. */
  onplace(at: Place): void;
  /** The view came to rest. */
  onrest(view: View): void;
  /** The person moves the map. */
  onmove(): void;
}

export interface View {
  center: Place;
  zoom: number;
  clusters: number;
  drawn: number;
}

const REACH_M = 90;
const MAX_PULSES = 60;
const PERU: [[number, number], [number, number]] = [
  [-81.5, -18.5],
  [-68.5, 0.2],
];
const NOTHING: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
const absolute = (url: string): string => new URL(url, location.href).href;
const still = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** All points of a shape, longitude first. */
function cornersOf(geometry: GeoJSON.Geometry): GeoJSON.Position[] {
  if (geometry.type === "Point") return [geometry.coordinates];
  if (geometry.type === "Polygon") return geometry.coordinates.flat();
  return geometry.type === "MultiPolygon" ? geometry.coordinates.flat(2) : [];
}

export class SituationMap {
  private readonly map: GlMap;
  private look: Colours;
  private known = new Map<string, string>();
  private pulses = new Map<string, Marker>();
  private point: Marker | null = null;
  private fitted = false;
  /** Where the map is going: a change of its size on the way (a picture that docks) would stop it half-way. */
  private goal: { center: [number, number]; zoom: number } | null = null;
  /** The selected camera: it stays in view when the map gets smaller. */
  private kept: Place | null = null;

  constructor(
    box: HTMLElement,
    private readonly told: Told,
    tiles: Tiles | null,
    labels: { canvas: string },
  ) {
    this.look = colours();
    this.map = new GlMap({
      container: box,
      style: this.style(tiles),
      bounds: PERU,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      maxZoom: 20,
      minZoom: 1,
      renderWorldCopies: false,
      fadeDuration: 0,
      locale: { "Map.Title": labels.canvas },
    });
    this.map.addControl(new ScaleControl({ maxWidth: 90 }), "bottom-right");
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.map.setMissingStyleImageResolver((name) => this.draw(name));
    this.map.on("click", (event) => this.clicked(event));
    this.map.on("mousemove", (event) => {
      if (this.map.isMoving()) return;
      this.map.getCanvas().style.cursor = this.featureAt(event) ? "pointer" : "";
    });
    this.map.on("movestart", (event) => {
      if (!event.originalEvent) return;
      this.goal = null;
      this.told.onmove();
    });
    this.map.on("resize", () => {
      if (this.goal) this.map.jumpTo(this.goal);
      // The dock took a part of the map: what one works with must not lie under it.
      else if (this.kept && !this.map.getBounds().contains(at(this.kept)))
        this.goTo(this.kept, this.map.getZoom());
    });
    this.map.on("idle", () => this.rested());
  }

  /** Resolves when cameras can be drawn. */
  ready(): Promise<void> {
    return new Promise((done) => {
      if (this.map.isStyleLoaded()) done();
      else this.map.once("style.load", () => done());
    });
  }

  private style(tiles: Tiles | null): StyleSpecification {
    const look = this.look;
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

  private source(name: string): GeoJSONSource | undefined {
    return this.map.getSource(name) as GeoJSONSource | undefined;
  }

  /** Draw the pictures and colours of the theme that is chosen now. */
  restyle(tiles: Tiles | null): void {
    this.look = colours();
    for (const name of this.map.listImages()) this.draw(name);
    for (const layer of this.style(tiles).layers) {
      for (const [name, value] of Object.entries(layer.paint ?? {}))
        this.map.setPaintProperty(layer.id, name as never, value as never);
    }
  }

  /** Show these cameras. Only what differs from before goes to the map. */
  async show(pins: Pin[]): Promise<void> {
    const cameras: GeoJSONSourceDiff = { add: [], update: [], remove: [] };
    const cones: GeoJSONSourceDiff = { add: [], remove: [] };
    const there = new Map<string, string>();
    for (const pin of pins) {
      const key = JSON.stringify(pin);
      there.set(pin.id, key);
      if (this.known.get(pin.id) === key) continue;
      // Adding a feature whose id is there replaces it.
      cameras.add?.push(point(pin));
      if (pin.direction !== null || (pin.fieldOfView ?? 0) >= 360) cones.add?.push(sector(pin));
      else cones.remove?.push(pin.id);
    }
    for (const id of this.known.keys()) {
      if (there.has(id)) continue;
      cameras.remove?.push(id);
      cones.remove?.push(id);
    }
    this.known = there;
    this.pulse(pins);
    if (cameras.add?.length || cameras.remove?.length)
      await Promise.all([
        this.source("cameras")?.updateData(cameras),
        this.source("cones")?.updateData(cones),
      ]);
    if (!this.fitted && pins.length) this.fit(pins, false);
  }

  /** Pictures are drawn when the map first needs them, and again in another theme. */
  private draw(name: string): void {
    const data = picture(name, this.look);
    if (!data) return;
    if (this.map.hasImage(name)) this.map.updateImage(name, data);
    else this.map.addImage(name, data, { pixelRatio: RATIO_OF_PICTURES });
  }

  /** A ring around each camera that calls, at its own place even where it is drawn together with others. */
  private pulse(pins: Pin[]): void {
    const calling = pins
      .filter((pin) => pin.calls)
      .sort((a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity))
      .slice(0, MAX_PULSES);
    const ids = new Set(calling.map((pin) => pin.id));
    for (const [id, marker] of this.pulses) {
      if (ids.has(id)) continue;
      marker.remove();
      this.pulses.delete(id);
    }
    for (const pin of calling) {
      let marker = this.pulses.get(pin.id);
      if (!marker) {
        const element = document.createElement("div");
        element.appendChild(document.createElement("i"));
        element.dataset.pulse = pin.id;
        marker = new Marker({ element, className: "pulse" }).setLngLat(at(pin.at)).addTo(this.map);
        // It is seen, not used: the list and the alerts' screen say the same in words.
        element.removeAttribute("tabindex");
        element.setAttribute("aria-hidden", "true");
        this.pulses.set(pin.id, marker);
      }
      marker.setLngLat(at(pin.at)).getElement().dataset.severity = pin.severity;
    }
  }

  setDistricts(data: GeoJSON.FeatureCollection | null): void {
    void this.source("districts")?.setData(data ?? NOTHING);
  }

  /** What a hub has beside cameras: areas of agencies, and sites. */
  setAgencies(areas: GeoJSON.FeatureCollection, sites: GeoJSON.FeatureCollection): void {
    void this.source("areas")?.setData(areas);
    void this.source("sites")?.setData(sites);
    if (this.fitted || !sites.features.length) return;
    const corners = [...sites.features, ...areas.features].flatMap(({ geometry }) => cornersOf(geometry));
    this.fit(
      corners.map(([lon = 0, lat = 0]) => ({ at: { lat, lon } })),
      false,
    );
  }

  mark(selected: Place | null, docked: Place[]): void {
    this.kept = selected;
    const features = docked.map((place) => feature(place, { selected: false }));
    if (selected) features.push(feature(selected, { selected: true }));
    void this.source("marks")?.setData({ type: "FeatureCollection", features });
  }

  setPoint(place: Place | null): void {
    this.point?.remove();
    this.point = null;
    if (!place) return;
    const element = document.createElement("div");
    element.setAttribute("aria-hidden", "true");
    this.point = new Marker({ element, className: "aim" }).setLngLat(at(place)).addTo(this.map);
  }

  move(movers: Mover[]): void {
    const features: GeoJSON.Feature[] = [];
    for (const { path } of movers) {
      const last = path.at(-1);
      if (!last) continue;
      if (path.length > 1)
        features.push({
          type: "Feature",
          properties: {},
          geometry: { type: "LineString", coordinates: path.map((one) => [one.lon, one.lat]) },
        });
      features.push(feature(last, {}));
    }
    void this.source("tracks")?.setData({ type: "FeatureCollection", features });
  }

  fit(pins: { at: Place }[], smooth = true): void {
    this.fitted = true;
    const lats = pins.map((pin) => pin.at.lat);
    const lons = pins.map((pin) => pin.at.lon);
    const bounds: [[number, number], [number, number]] = pins.length
      ? [
          [Math.min(...lons), Math.min(...lats)],
          [Math.max(...lons), Math.max(...lats)],
        ]
      : PERU;
    this.map.fitBounds(bounds, {
      padding: { top: 70, right: 90, bottom: 110, left: 70 },
      maxZoom: 16.5,
      animate: smooth && !still(),
    });
  }

  goTo(place: Place, zoom = Math.max(this.map.getZoom(), 16)): void {
    this.fitted = true;
    this.goal = { center: at(place), zoom };
    this.map.easeTo({ ...this.goal, duration: still() ? 0 : 350 });
  }

  zoomBy(steps: number): void {
    this.map.easeTo({ zoom: this.map.getZoom() + steps, duration: still() ? 0 : 200 });
  }

  /** Metres over which a handle of a camera's direction is well reached at this zoom. */
  handleReachM(place: Place): number {
    const here = this.map.project(at(place));
    const there = this.map.unproject([here.x + 80, here.y]);
    return Math.max(5, Math.abs(there.lng - place.lon) * 111_000 * Math.cos((place.lat * Math.PI) / 180));
  }

  handle(className: string, place: Place, onmove: (to: Place) => void, onend: () => void): Marker {
    const element = document.createElement("div");
    const made = new Marker({ element, className, draggable: true }).setLngLat(at(place)).addTo(this.map);
    element.setAttribute("aria-hidden", "true");
    element.removeAttribute("tabindex");
    made.on("drag", () => {
      const { lng, lat } = made.getLngLat();
      onmove({ lat, lon: lng });
    });
    made.on("dragend", onend);
    return made;
  }

  /** A numbered point of a calibration. */
  spot(number: number, place: Place): Marker {
    const element = document.createElement("div");
    element.textContent = String(number);
    element.setAttribute("aria-hidden", "true");
    return new Marker({ element, className: "spot" }).setLngLat(at(place)).addTo(this.map);
  }

  get center(): Place {
    const { lng, lat } = this.map.getCenter();
    return { lat, lon: lng };
  }

  resize(): void {
    this.map.resize();
  }

  destroy(): void {
    this.map.remove();
  }

  private featureAt(event: MapMouseEvent) {
    const near: [[number, number], [number, number]] = [
      [event.point.x - 4, event.point.y - 4],
      [event.point.x + 4, event.point.y + 4],
    ];
    if (!this.map.getLayer("cameras")) return undefined;
    return this.map.queryRenderedFeatures(near, { layers: ["cameras", "clusters"] })[0];
  }

  private clicked(event: MapMouseEvent): void {
    const found = this.featureAt(event);
    const here = { lat: event.lngLat.lat, lon: event.lngLat.lng };
    if (!found) {
      this.told.onplace(here);
    } else if (found.properties.point_count) {
      void this.open(Number(found.properties.cluster_id), found.geometry as GeoJSON.Point);
    } else this.told.oncamera(String(found.properties.id), here);
  }

  private async open(cluster: number, place: GeoJSON.Point): Promise<void> {
    const zoom = await this.source("cameras")?.getClusterExpansionZoom(cluster);
    this.map.easeTo({
      center: place.coordinates as LngLatLike,
      zoom: (zoom ?? 12) + 0.2,
      duration: still() ? 0 : 350,
    });
  }

  private rested(): void {
    this.goal = null;
    if (!this.map.getLayer("clusters")) return;
    this.told.onrest({
      center: this.center,
      zoom: this.map.getZoom(),
      clusters: this.map.queryRenderedFeatures({ layers: ["clusters"] }).length,
      drawn: this.map.queryRenderedFeatures({ layers: ["cameras"] }).length,
    });
  }
}

const at = (place: Place): [number, number] => [place.lon, place.lat];

function feature(place: Place, properties: Record<string, unknown>): GeoJSON.Feature {
  return { type: "Feature", properties, geometry: { type: "Point", coordinates: at(place) } };
}

function point(pin: Pin): GeoJSON.Feature {
  return feature(pin.at, {
    id: pin.id,
    name: pin.name.length > 40 ? `${pin.name.slice(0, 39)}…` : pin.name,
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
