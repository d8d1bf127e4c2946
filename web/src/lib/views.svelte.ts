// Where cameras look: which were moved since their zones were drawn. Kept current by the feed.

import { api, ask, type Schemas } from "../api/client";
import { feed } from "./feed.svelte";

export type View = Schemas["ViewOut"];

let known = $state.raw<Map<string, View>>(new Map());
let wanted = false;

feed.on("view.changed", () => void (wanted && views.load()));
feed.on("rules.changed", () => void (wanted && views.load()));
feed.on("reset", () => void (wanted && views.load()));

export const views = {
  /** Undefined where nothing is known of it. */
  of(cameraId: string): View | undefined {
    return known.get(cameraId);
  },
  /** Whether the picture lies as it did when the camera was calibrated, as far as is known. */
  isTrusted(cameraId: string): boolean {
    const view = known.get(cameraId);
    if (!view || view.state === "learning") return true;
    return view.state === "settled" && view.presets.length === 0;
  },
  put(view: View): void {
    known = new Map(known).set(view.camera_id, view);
  },
  async load(): Promise<void> {
    wanted = true;
    const result = await ask(api.GET("/api/views"));
    if (result.kind === "ok") known = new Map(result.data.map((one) => [one.camera_id, one]));
  },
};
