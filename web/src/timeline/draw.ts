// The picture of the timeline: a row for each camera, drawn on a canvas so that nine cameras and thirty days are cheap.

import type { Bookmark, Line, Mark } from "./record.svelte";
import { pixel, stepFor, ticks, type View } from "./view";

export const ROW = 24;
export const AXIS = 26;
const PAD = 4;

export interface Colours {
  ground: string;
  row: string;
  line: string;
  text: string;
  muted: string;
  footage: string;
  gap: string;
  accent: string;
  critical: string;
  high: string;
  medium: string;
  low: string;
  info: string;
}

export interface Scene {
  view: View;
  width: number;
  cameras: string[];
  chosen: string;
  lines: Map<string, Line>;
  marks: Mark[];
  bookmarks: Bookmark[];
  at: number;
  now: number;
  cutIn: number | null;
  cutOut: number | null;
  zoneOffset: number;
  label: (at: number, step: number) => string;
}

export function colours(element: Element): Colours {
  const style = getComputedStyle(element);
  const of = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    ground: of("ground"),
    row: of("raised"),
    line: of("line"),
    text: of("text"),
    muted: of("muted"),
    footage: of("timeline-footage"),
    gap: of("timeline-gap"),
    accent: of("accent"),
    critical: of("critical"),
    high: of("high"),
    medium: of("medium"),
    low: of("low"),
    info: of("info"),
  };
}

export function height(cameras: number): number {
  return AXIS + Math.max(1, cameras) * ROW + PAD;
}

export function rowAt(y: number, cameras: string[]): string | undefined {
  return y < AXIS ? undefined : cameras[Math.floor((y - AXIS) / ROW)];
}

export function draw(canvas: CanvasRenderingContext2D, scene: Scene, colour: Colours): void {
  const tall = height(scene.cameras.length);
  canvas.clearRect(0, 0, scene.width, tall);
  canvas.fillStyle = colour.ground;
  canvas.fillRect(0, 0, scene.width, tall);
  axis(canvas, scene, colour, tall);
  scene.cameras.forEach((camera, index) => row(canvas, scene, colour, camera, AXIS + index * ROW));
  cut(canvas, scene, colour, tall);
  const future = pixel(scene.view, scene.now, scene.width);
  if (future < scene.width) {
    canvas.strokeStyle = colour.muted;
    canvas.setLineDash([3, 3]);
    stroke(canvas, future, 0, tall);
    canvas.setLineDash([]);
  }
  playhead(canvas, pixel(scene.view, scene.at, scene.width), colour, tall);
}

function axis(canvas: CanvasRenderingContext2D, scene: Scene, colour: Colours, tall: number): void {
  const step = stepFor(scene.view, scene.width);
  canvas.font = '500 11px "Inter Variable", system-ui, sans-serif';
  canvas.textBaseline = "middle";
  canvas.lineWidth = 1;
  for (const at of ticks(scene.view, step, scene.zoneOffset)) {
    const x = Math.round(pixel(scene.view, at, scene.width)) + 0.5;
    canvas.strokeStyle = colour.line;
    stroke(canvas, x, 0, tall);
    canvas.fillStyle = colour.muted;
    canvas.fillText(scene.label(at, step), x + 5, AXIS / 2);
  }
}

function row(
  canvas: CanvasRenderingContext2D,
  scene: Scene,
  colour: Colours,
  camera: string,
  top: number,
): void {
  const place = (at: number) => pixel(scene.view, at, scene.width);
  const [y, tall] = [top + 3, ROW - 6];
  canvas.fillStyle = colour.row;
  canvas.fillRect(0, y, scene.width, tall);
  const line = scene.lines.get(camera);
  canvas.fillStyle = colour.footage;
  for (const span of line?.spans ?? []) {
    const from = Math.max(0, place(span.from));
    const to = Math.min(scene.width, place(span.to));
    if (to > 0 && from < scene.width) canvas.fillRect(from, y, Math.max(1, to - from), tall);
  }
  for (const hole of line?.holes ?? []) {
    const from = Math.max(0, place(hole.from));
    const to = Math.min(scene.width, place(Math.min(hole.to, scene.now)));
    if (to >= 0 && from <= scene.width) gap(canvas, from, Math.max(2, to - from), y, tall, colour);
  }
  if (camera === scene.chosen) {
    canvas.fillStyle = colour.accent;
    canvas.fillRect(0, y, 3, tall);
  }
  for (const mark of scene.marks) {
    if (mark.camera_id === camera) drawMark(canvas, mark, place(Date.parse(mark.at)), y, tall, colour);
  }
  for (const one of scene.bookmarks) {
    if (one.camera_id === camera) flag(canvas, place(Date.parse(one.at)), y, tall, colour);
  }
}

/** Hatched, so that a gap is one without its colour too. */
function gap(
  canvas: CanvasRenderingContext2D,
  x: number,
  wide: number,
  y: number,
  tall: number,
  colour: Colours,
): void {
  canvas.save();
  canvas.beginPath();
  canvas.rect(x, y, wide, tall);
  canvas.clip();
  canvas.fillStyle = colour.ground;
  canvas.fillRect(x, y, wide, tall);
  canvas.strokeStyle = colour.gap;
  canvas.lineWidth = 1.5;
  canvas.beginPath();
  for (let at = x - (x % 6) - tall; at < x + wide; at += 6) {
    canvas.moveTo(at, y + tall);
    canvas.lineTo(at + tall, y);
  }
  canvas.stroke();
  canvas.strokeRect(x + 0.5, y + 0.5, Math.max(1, wide - 1), tall - 1);
  canvas.restore();
}

// As in ui/Severity.svelte: the shape tells the severity without its colour.
const SHAPES: Record<Mark["severity"], string> = {
  info: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11Z",
  low: "M3 3h10v10H3z",
  medium: "M8 2l6 6-6 6-6-6z",
  high: "M8 2l6.5 11.5h-13z",
  critical: "M5.3 1.5h5.4l3.8 3.8v5.4l-3.8 3.8H5.3l-3.8-3.8V5.3z",
};
const paths = new Map<string, Path2D>();

/** An alert is the shape of its severity, an event a small bar. */
function drawMark(
  canvas: CanvasRenderingContext2D,
  mark: Mark,
  x: number,
  y: number,
  tall: number,
  colour: Colours,
): void {
  if (x < -8 || x > canvas.canvas.width) return;
  canvas.fillStyle = colour[mark.severity];
  if (!mark.is_alert) {
    canvas.fillRect(x - 1, y + tall - 8, 3, 8);
    return;
  }
  const path = paths.get(mark.severity) ?? new Path2D(SHAPES[mark.severity]);
  paths.set(mark.severity, path);
  canvas.save();
  canvas.translate(x - 8, y + tall / 2 - 8);
  canvas.strokeStyle = colour.ground;
  canvas.lineWidth = 2.5;
  canvas.stroke(path);
  canvas.fill(path);
  canvas.restore();
}

function flag(canvas: CanvasRenderingContext2D, x: number, y: number, tall: number, colour: Colours): void {
  canvas.fillStyle = colour.text;
  canvas.strokeStyle = colour.ground;
  canvas.lineWidth = 1;
  canvas.beginPath();
  canvas.moveTo(x, y);
  canvas.lineTo(x + 9, y);
  canvas.lineTo(x + 9, y + tall - 4);
  canvas.lineTo(x + 4.5, y + tall - 8);
  canvas.lineTo(x, y + tall - 4);
  canvas.closePath();
  canvas.fill();
  canvas.stroke();
}

function cut(canvas: CanvasRenderingContext2D, scene: Scene, colour: Colours, tall: number): void {
  const { cutIn, cutOut } = scene;
  const place = (at: number) => pixel(scene.view, at, scene.width);
  if (cutIn !== null && cutOut !== null) {
    canvas.globalAlpha = 0.25;
    canvas.fillStyle = colour.accent;
    canvas.fillRect(place(cutIn), AXIS, place(cutOut) - place(cutIn), tall - AXIS);
    canvas.globalAlpha = 1;
  }
  canvas.fillStyle = colour.accent;
  for (const [at, side] of [
    [cutIn, 1],
    [cutOut, -1],
  ] as const) {
    if (at === null) continue;
    const x = place(at);
    canvas.fillRect(x - 1, AXIS - 4, 2, tall - AXIS + 4);
    canvas.fillRect(side > 0 ? x : x - 7, AXIS - 4, 7, 3);
    canvas.fillRect(side > 0 ? x : x - 7, tall - 3, 7, 3);
  }
}

function playhead(canvas: CanvasRenderingContext2D, x: number, colour: Colours, tall: number): void {
  canvas.fillStyle = colour.text;
  canvas.fillRect(Math.round(x) - 1, 0, 2, tall);
  canvas.beginPath();
  canvas.moveTo(x - 6, 0);
  canvas.lineTo(x + 6, 0);
  canvas.lineTo(x, 9);
  canvas.closePath();
  canvas.fill();
}

function stroke(canvas: CanvasRenderingContext2D, x: number, from: number, to: number): void {
  canvas.beginPath();
  canvas.moveTo(x, from);
  canvas.lineTo(x, to);
  canvas.stroke();
}
