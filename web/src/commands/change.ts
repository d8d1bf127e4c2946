// What of a camera is to be other than it is. Only that is sent: what somebody else changes meanwhile stays.

import type { Schemas } from "../api/client";
import type { Camera } from "../lib/site.svelte";
import { formOf, number } from "../setup/camera";

type Settings = Schemas["SettingsIn"];
/** What is left out stays, inside `record` and `analyse` too. */
export type Change = Omit<Settings, "record" | "analyse"> & {
  record?: Partial<NonNullable<Settings["record"]>>;
  analyse?: Partial<NonNullable<Settings["analyse"]>>;
};

/** As the form holds it; numbers are text while somebody types them. */
export interface Wanted {
  name: string;
  enabled: boolean;
  recordMain: boolean;
  recordSub: "auto" | "yes" | "no";
  audio: boolean;
  keepDays: string;
  analyse: boolean;
  fps: string;
  analyseRole: "auto" | "main" | "sub";
  tags: string;
}

export function wantedOf(camera: Camera): Wanted {
  const { name, enabled, recordMain, recordSub, audio, keepDays, analyse, fps, analyseRole, tags } =
    formOf(camera);
  return { name, enabled, recordMain, recordSub, audio, keepDays, analyse, fps, analyseRole, tags };
}

const words = (tags: string): string[] =>
  tags
    .split(",")
    .map((one) => one.trim())
    .filter(Boolean);

/** The fields that cannot be sent as they are written. */
export function badFields(wanted: Wanted): (keyof Wanted)[] {
  const bad: (keyof Wanted)[] = [];
  const days = number(wanted.keepDays);
  const fps = number(wanted.fps);
  if (!wanted.name.trim()) bad.push("name");
  if (days !== null && !(days > 0 && days <= 3660)) bad.push("keepDays");
  if (fps === null || !(fps > 0 && fps <= 30)) bad.push("fps");
  return bad;
}

/** The difference; null: there is none. Call it where `badFields` finds nothing. */
export function changeOf(before: Wanted, wanted: Wanted): Change | null {
  const change: Change = {};
  const record: NonNullable<Change["record"]> = {};
  const analyse: NonNullable<Change["analyse"]> = {};
  if (wanted.name.trim() !== before.name) change.name = wanted.name.trim();
  if (wanted.enabled !== before.enabled) change.enabled = wanted.enabled;
  if (wanted.recordMain !== before.recordMain) record.main = wanted.recordMain;
  if (wanted.recordSub !== before.recordSub)
    record.sub = wanted.recordSub === "auto" ? null : wanted.recordSub === "yes";
  if (wanted.audio !== before.audio) record.audio = wanted.audio;
  if (number(wanted.keepDays) !== number(before.keepDays)) record.keep_days = number(wanted.keepDays);
  if (wanted.analyse !== before.analyse) analyse.enabled = wanted.analyse;
  const fps = number(wanted.fps);
  if (fps !== null && fps !== number(before.fps)) analyse.fps = fps;
  if (wanted.analyseRole !== before.analyseRole)
    analyse.role = wanted.analyseRole === "auto" ? null : wanted.analyseRole;
  if (words(wanted.tags).join() !== words(before.tags).join()) change.tags = words(wanted.tags);
  if (Object.keys(record).length) change.record = record;
  if (Object.keys(analyse).length) change.analyse = analyse;
  return Object.keys(change).length ? change : null;
}

/** A change as `key: value` pairs, inner ones with a dot: "record.keep_days". */
export function parts(change: Record<string, unknown>): [string, unknown][] {
  return Object.entries(change).flatMap(([key, value]): [string, unknown][] =>
    value && typeof value === "object" && !Array.isArray(value)
      ? Object.entries(value).map(([inner, said]): [string, unknown] => [`${key}-${inner}`, said])
      : [[key, value]],
  );
}
