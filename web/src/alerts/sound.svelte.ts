// Tones for new alerts, made here: nothing to load. Says whether they can be heard.

import type { Severity } from "./queue";

const KEY = "veedor.alerts.muted";
/** Hz and start in s of each tone. Critical is told apart by number and height, not by loudness. */
const TONES: Partial<Record<Severity, [hz: number, at_s: number][]>> = {
  critical: [
    [988, 0],
    [784, 0.16],
    [988, 0.32],
    [784, 0.48],
  ],
  high: [
    [659, 0],
    [784, 0.18],
  ],
};
const LENGTH_S = 0.14;
const WAKING_MS = 800;
const QUIET_MS = 1200; // a burst rings once

let muted = $state(localStorage.getItem(KEY) === "yes");
let allowed = $state(false);
let rung = $state(0);
let context: AudioContext | null = null;
let lastAt = -Infinity;
let wokenAt = -Infinity;

function wake(): void {
  context ??= new AudioContext();
  context.onstatechange = () => (allowed = context?.state === "running");
  allowed = context.state === "running";
  if (!allowed) void context.resume().catch(() => undefined); // refused until somebody clicks: `state` says so
}

addEventListener("storage", (event) => {
  if (event.key === KEY) muted = event.newValue === "yes";
});
// The browser allows sound from the first click or key on.
for (const kind of ["pointerdown", "keydown"])
  addEventListener(
    kind,
    () => {
      if (!context || allowed) return;
      wokenAt = performance.now();
      wake();
    },
    { capture: true, passive: true },
  );

export const sound = {
  get state(): "on" | "muted" | "blocked" {
    if (muted) return "muted";
    return allowed ? "on" : "blocked";
  },
  /** How often it rang, for those who check. */
  get rung(): number {
    return rung;
  },
  start: wake,
  toggle(): void {
    // The click that allows sound must not, having allowed it, turn it off.
    if (!muted && (!allowed || performance.now() - wokenAt < WAKING_MS)) {
      wake();
      return;
    }
    muted = !muted;
    localStorage.setItem(KEY, muted ? "yes" : "no");
    wake();
  },
  ring(severity: Severity, id: string): void {
    const tones = TONES[severity];
    if (!tones || muted || !context || !allowed) return;
    if (performance.now() - lastAt < QUIET_MS) return;
    // Of two tabs of one browser, one rings.
    if (localStorage.getItem("veedor.alerts.rang") === id) return;
    localStorage.setItem("veedor.alerts.rang", id);
    lastAt = performance.now();
    rung += 1;
    for (const [hz, at_s] of tones) tone(context, hz, context.currentTime + at_s);
  },
};

function tone(on: AudioContext, hz: number, at_s: number): void {
  const source = on.createOscillator();
  const volume = on.createGain();
  source.type = "triangle";
  source.frequency.value = hz;
  volume.gain.setValueAtTime(0, at_s);
  volume.gain.linearRampToValueAtTime(0.22, at_s + 0.01);
  volume.gain.exponentialRampToValueAtTime(0.001, at_s + LENGTH_S);
  source.connect(volume).connect(on.destination);
  source.start(at_s);
  source.stop(at_s + LENGTH_S);
}
