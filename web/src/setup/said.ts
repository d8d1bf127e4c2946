// Where a camera says that it stands (ONVIF), before a person has confirmed it.

import { api, ask, type Schemas } from "../api/client";
import type { Camera } from "../lib/site.svelte";
import { number, type Place } from "./camera";

export type Said = Schemas["SaidPlaceOut"];

/** Five decimals are about a metre: more would be read as more than a guess. */
export function saidText(said: Said): { latitude: string; longitude: string } {
  return { latitude: said.latitude_deg.toFixed(5), longitude: said.longitude_deg.toFixed(5) };
}

/** The form with the place that was said; direction and view stay as they are. */
export function withSaid(place: Place, said: Said): Place {
  return { ...place, latitude: String(said.latitude_deg), longitude: String(said.longitude_deg) };
}

export function isSaid(place: Place, said: Said): boolean {
  return number(place.latitude) === said.latitude_deg && number(place.longitude) === said.longitude_deg;
}

/** Whether it is worth asking: nobody placed the camera, and it speaks ONVIF by itself. */
export function mayAsk(camera: Camera): boolean {
  const speaks = camera.kind === "onvif" || (camera.onvif_port !== null && camera.kind !== "recorder");
  return camera.placement === null && speaks && camera.enabled;
}

/** Null: it does not say, or cannot be asked now, which nobody needs to be told. */
export async function askSaid(cameraId: string): Promise<Said | null> {
  const result = await ask(
    api.POST("/api/cameras/{camera_id}/said-place", { params: { path: { camera_id: cameraId } } }),
  );
  return result.kind === "ok" ? (result.data ?? null) : null;
}
