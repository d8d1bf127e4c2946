// How a camera is on the map: the states of lib/site, and that its picture is analysed now. Worst has the highest rank.

import type { CameraState } from "../lib/site.svelte";

export type MapState = CameraState | "analysing";
export type Severity = "info" | "low" | "medium" | "high" | "critical";

export const STATES: MapState[] = [
  "disabled",
  "recording",
  "analysing",
  "connecting",
  "behind",
  "tampered",
  "offline",
];
export const rank = (state: MapState): number => STATES.indexOf(state);

export const SEVERITIES: Severity[] = ["info", "low", "medium", "high", "critical"];

/** A tamper or a stalled analysis is told by the alerts of those kinds. */
export const TAMPER_KINDS = new Set(["camera_tampered", "view_moved"]);
