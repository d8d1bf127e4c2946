// Colours and pictures of the map, from the tokens of the theme. Pictures are drawn here: no sprite, no font is fetched.

import { LINK_SHAPES, type Link } from "../sites/link";
import type { MapState, Severity } from "./states";
import { SEVERITIES, STATES } from "./states";

export interface Colours {
  water: string;
  land: string;
  line: string;
  strong: string;
  text: string;
  muted: string;
  accent: string;
  ground: string;
  states: Record<MapState, string>;
  severities: Record<Severity, string>;
}

export function colours(): Colours {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const light = document.documentElement.dataset.theme === "light";
  return {
    water: light ? "#d3dfe9" : "#0a0f15",
    land: light ? "#fbfcfd" : "#16202a",
    line: light ? "#b9c7d3" : "#2f4151",
    strong: token("line-strong"),
    text: token("text"),
    muted: token("muted"),
    accent: token("accent"),
    ground: token("surface"),
    states: {
      recording: token("good"),
      analysing: token("good"),
      connecting: token("muted"),
      disabled: token("muted"),
      behind: token("medium"),
      tampered: token("high"),
      offline: token("critical"),
    },
    severities: {
      info: token("info"),
      low: token("low"),
      medium: token("medium"),
      high: token("high"),
      critical: token("critical"),
    },
  };
}

/** Shapes on a 16 grid, those of ui/CameraState and ui/Severity. */
const STATE_SHAPES: Record<MapState, string> = {
  recording: "M8 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8Z",
  analysing:
    "M1.500 8C3.500 5 5.700 3.800 8 3.800s4.500 1.200 6.500 4.200c-2 3-4.200 4.200-6.500 4.200S3.500 11 1.500 8ZM8 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4Z",
  connecting: "M8 2.500v3m0 5v3M2.500 8h3m5 0h3",
  behind: "M8 2.500a5.500 5.500 0 1 0 0 11 5.500 5.500 0 0 0 0-11ZM8 5v3.300l2.200 1.400",
  tampered: "M8 2l6.500 11.500h-13zM8 6.500v3m0 1.700v.1",
  offline: "M3.500 3.500l9 9m0-9-9 9",
  disabled: "M3 8h10",
};
const SEVERITY_SHAPES: Record<Severity, string> = {
  info: "M8 2.500a5.500 5.500 0 1 0 0 11 5.500 5.500 0 0 0 0-11Z",
  low: "M3 3h10v10H3z",
  medium: "M8 2l6 6-6 6-6-6z",
  high: "M8 2l6.500 11.500h-13z",
  critical: "M5.300 1.500h5.400l3.800 3.800v5.400l-3.800 3.800H5.300l-3.800-3.800V5.300z",
};

const RATIO = 2;

function canvas(size: number): CanvasRenderingContext2D {
  const made = document.createElement("canvas");
  made.width = size * RATIO;
  made.height = size * RATIO;
  const context = made.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("no canvas");
  context.scale(RATIO, RATIO);
  return context;
}

function taken(context: CanvasRenderingContext2D): ImageData {
  return context.getImageData(0, 0, context.canvas.width, context.canvas.height);
}

/** A camera: a plate with a rim in the state's colour, and the state's shape on it. Square where something is wrong. */
function camera(state: MapState, look: Colours): ImageData {
  const context = canvas(26);
  const wrong = state === "offline" || state === "tampered" || state === "behind";
  context.beginPath();
  if (wrong) context.roundRect(2, 2, 22, 22, 5);
  else context.arc(13, 13, 11, 0, 7);
  context.fillStyle = look.ground;
  context.fill();
  context.lineWidth = 2;
  context.strokeStyle = look.states[state];
  context.stroke();
  context.translate(13 - 7, 13 - 7);
  context.scale(14 / 16, 14 / 16);
  context.lineCap = "round";
  context.lineJoin = "round";
  context.lineWidth = 1.9;
  const shape = new Path2D(STATE_SHAPES[state]);
  context.fillStyle = look.states[state];
  if (state === "recording") context.fill(shape);
  context.stroke(shape);
  return taken(context);
}

function badge(severity: Severity, look: Colours): ImageData {
  const context = canvas(18);
  context.translate(1, 1);
  const shape = new Path2D(SEVERITY_SHAPES[severity]);
  context.lineJoin = "round";
  context.lineWidth = 3;
  context.strokeStyle = look.ground;
  context.stroke(shape);
  context.fillStyle = look.severities[severity];
  context.fill(shape);
  return taken(context);
}

/** A site: a house of its own shape, so that nobody takes it for a camera, with the state of its link on it. */
function site(link: Link, look: Colours): ImageData {
  const colour = { online: "recording", lost: "offline", doubled: "tampered", revoked: "disabled" } as const;
  const context = canvas(30);
  context.beginPath();
  context.moveTo(15, 2);
  context.lineTo(28, 12);
  context.lineTo(28, 28);
  context.lineTo(2, 28);
  context.lineTo(2, 12);
  context.closePath();
  context.lineJoin = "round";
  context.lineWidth = 2;
  context.fillStyle = look.ground;
  context.fill();
  context.strokeStyle = look.states[colour[link]];
  context.stroke();
  context.translate(15 - 7, 18.5 - 7);
  context.scale(14 / 16, 14 / 16);
  context.lineCap = "round";
  context.lineWidth = 2;
  context.stroke(new Path2D(LINK_SHAPES[link]));
  return taken(context);
}

/** The picture of that name; null for a name that is none of ours. */
export function picture(name: string, look: Colours): ImageData | null {
  const state = STATES.find((one) => name === `camera-${one}`);
  if (state) return camera(state, look);
  const severity = SEVERITIES.find((one) => name === `alert-${one}`);
  if (severity) return badge(severity, look);
  const link = (Object.keys(LINK_SHAPES) as Link[]).find((one) => name === `site-${one}`);
  if (link) return site(link, look);
  return name.startsWith("wedge-") ? wedge(name, look) : null;
}

export const wedgeName = (fieldOfView: number): string => `wedge-${wedgeStep(fieldOfView)}`;
const wedgeStep = (fieldOfView: number): number =>
  Math.min(360, Math.max(10, Math.round(fieldOfView / 10) * 10));

/** Where a camera looks, as a fan that points north; the layer turns it. */
function wedge(name: string, look: Colours): ImageData {
  const step = Number(name.replace("wedge-", "")) || 60;
  const half = (step * Math.PI) / 360;
  const context = canvas(84);
  const fade = context.createRadialGradient(42, 42, 8, 42, 42, 40);
  fade.addColorStop(0, `${look.accent}cc`);
  fade.addColorStop(1, `${look.accent}22`);
  context.beginPath();
  context.moveTo(42, 42);
  context.arc(42, 42, 40, -Math.PI / 2 - half, -Math.PI / 2 + half);
  context.closePath();
  context.fillStyle = fade;
  context.fill();
  context.lineWidth = 1;
  context.strokeStyle = `${look.accent}99`;
  context.stroke();
  return taken(context);
}

export const RATIO_OF_PICTURES = RATIO;
