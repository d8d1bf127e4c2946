// Elements that stand on the map. They are seen, and some are dragged; none is for a screen reader or the tab key: lists
// and forms beside the map say the same in words.

import { Marker, type Map as GlMap } from "maplibre-gl";
import { at, type Pin } from "./features";
import type { Place } from "./geo";
import { SEVERITIES } from "./states";

const MAX_PULSES = 60;

/** An element of this class at a place. */
export function markerAt(map: GlMap, className: string, place: Place, draggable = false): Marker {
  const element = document.createElement("div");
  const made = new Marker({ element, className, draggable }).setLngLat(at(place)).addTo(map);
  element.setAttribute("aria-hidden", "true");
  element.removeAttribute("tabindex");
  return made;
}

/** A ring around each camera that calls, at its own place even where it is drawn together with others. */
export class Pulses {
  private shown = new Map<string, Marker>();

  constructor(private readonly map: GlMap) {}

  show(pins: Pin[]): void {
    const calling = pins
      .filter((pin) => pin.calls)
      .sort((a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity))
      .slice(0, MAX_PULSES);
    const ids = new Set(calling.map((pin) => pin.id));
    for (const [id, marker] of this.shown) {
      if (ids.has(id)) continue;
      marker.remove();
      this.shown.delete(id);
    }
    for (const pin of calling) {
      let marker = this.shown.get(pin.id);
      if (!marker) {
        marker = markerAt(this.map, "pulse", pin.at);
        const element = marker.getElement();
        element.appendChild(document.createElement("i"));
        element.dataset.pulse = pin.id;
        this.shown.set(pin.id, marker);
      }
      marker.setLngLat(at(pin.at)).getElement().dataset.severity = pin.severity;
    }
  }
}
