// The map itself: MapLibre with our layers. Knows cameras as points with a state; nothing of the desk or of Svelte.

import {
  GeoJSONSource,
  Map as GlMap,
  ScaleControl,
  setWorkerUrl,
  type LngLatLike,
  type MapMouseEvent,
  type Marker,
} from "maplibre-gl";
import type * as GeoJSON from "geojson";
import "maplibre-gl/dist/maplibre-gl.css";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import {
  at,
  boundsOf,
  collection,
  feature,
  KnownPins,
  NOTHING,
  placesOf,
  tracksOf,
  type Bounds,
  type Mover,
  type Pin,
} from "./features";
import type { Place } from "./geo";
import { colours, picture, RATIO_OF_PICTURES, type Colours } from "./look";
import { markerAt, Pulses } from "./markers";
import { styleOf } from "./style";
import type { Tiles } from "./tiles";

setWorkerUrl(workerUrl);

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

const PERU: Bounds = [
  [-81.5, -18.5],
  [-68.5, 0.2],
];
const still = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

export class SituationMap {
  private readonly map: GlMap;
  private look: Colours;
  private readonly known = new KnownPins();
  private readonly pulses: Pulses;
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
      style: styleOf(tiles, this.look),
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
    this.pulses = new Pulses(this.map);
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

  private source(name: string): GeoJSONSource | undefined {
    return this.map.getSource(name) as GeoJSONSource | undefined;
  }

  /** Draw the pictures and colours of the theme that is chosen now. */
  restyle(tiles: Tiles | null): void {
    this.look = colours();
    for (const name of this.map.listImages()) this.draw(name);
    for (const layer of styleOf(tiles, this.look).layers) {
      for (const [name, value] of Object.entries(layer.paint ?? {}))
        this.map.setPaintProperty(layer.id, name as never, value as never);
    }
  }

  /** Show these cameras. Only what differs from before goes to the map. */
  async show(pins: Pin[]): Promise<void> {
    const change = this.known.change(pins);
    this.pulses.show(pins);
    if (change.any)
      await Promise.all([
        this.source("cameras")?.updateData(change.cameras),
        this.source("cones")?.updateData(change.cones),
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

  setDistricts(data: GeoJSON.FeatureCollection | null): void {
    void this.source("districts")?.setData(data ?? NOTHING);
  }

  /** What a hub has beside cameras: areas of agencies, and sites. */
  setAgencies(areas: GeoJSON.FeatureCollection, sites: GeoJSON.FeatureCollection): void {
    void this.source("areas")?.setData(areas);
    void this.source("sites")?.setData(sites);
    if (this.fitted || !sites.features.length) return;
    this.fit(
      placesOf([...sites.features, ...areas.features]).map((place) => ({ at: place })),
      false,
    );
  }

  mark(selected: Place | null, docked: Place[]): void {
    this.kept = selected;
    const features = docked.map((place) => feature(place, { selected: false }));
    if (selected) features.push(feature(selected, { selected: true }));
    void this.source("marks")?.setData(collection(features));
  }

  setPoint(place: Place | null): void {
    this.point?.remove();
    this.point = place && markerAt(this.map, "aim", place);
  }

  move(movers: Mover[]): void {
    void this.source("tracks")?.setData(tracksOf(movers));
  }

  fit(pins: { at: Place }[], smooth = true): void {
    this.fitted = true;
    this.map.fitBounds(boundsOf(pins.map((pin) => pin.at)) ?? PERU, {
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
    const made = markerAt(this.map, className, place, true);
    made.on("drag", () => {
      const { lng, lat } = made.getLngLat();
      onmove({ lat, lon: lng });
    });
    made.on("dragend", onend);
    return made;
  }

  /** A numbered point of a calibration. */
  spot(number: number, place: Place): Marker {
    const made = markerAt(this.map, "spot", place);
    made.getElement().textContent = String(number);
    return made;
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
