// A camera as its form holds it, and back. Numbers are text while somebody types them.

import type { Schemas } from "../api/client";
import type { Camera } from "../lib/site.svelte";

export type CameraIn = Schemas["CameraIn"];
export type Kind = Schemas["SourceKind"];
export type Look = Schemas["LookOut"];
export const NAME_MAX = 120;

export interface Place {
  latitude: string;
  longitude: string;
  direction: string;
  view: string;
}

export interface CameraForm {
  name: string;
  /** Words divided by commas. */
  tags: string;
  enabled: boolean;
  main: string;
  sub: string;
  udp: boolean;
  /** Where its ONVIF service listens; nothing: not steered. */
  onvifPort: string;
  username: string;
  /** null: the one there is stays. */
  password: string | null;
  recordMain: boolean;
  recordSub: "auto" | "yes" | "no";
  audio: boolean;
  keepDays: string;
  maxGb: string;
  analyse: boolean;
  fps: string;
  analyseRole: "auto" | "main" | "sub";
  /** Detection models; null: those that the site uses. */
  models: string[] | null;
  /** The model that looks again before an alert; empty: the one that the site uses. */
  second: string;
  place: Place;
}

export const NOWHERE: Place = { latitude: "", longitude: "", direction: "", view: "" };

const text = (value: number | null | undefined): string =>
  value === null || value === undefined ? "" : String(value);

export function formOf(camera: Camera): CameraForm {
  const { record, analyse, placement } = camera;
  return {
    name: camera.name,
    tags: camera.tags.join(", "),
    enabled: camera.enabled,
    main: camera.streams.find((one) => one.role === "main")?.url ?? "",
    sub: camera.streams.find((one) => one.role === "sub")?.url ?? "",
    udp: camera.streams.some((one) => one.transport === "udp"),
    onvifPort: text(camera.onvif_port),
    username: camera.username ?? "",
    password: null,
    recordMain: record.main,
    recordSub: record.sub === null || record.sub === undefined ? "auto" : record.sub ? "yes" : "no",
    audio: record.audio,
    keepDays: text(record.keep_days),
    maxGb: record.max_bytes ? String(record.max_bytes / 1e9) : "",
    analyse: analyse.enabled,
    fps: text(analyse.fps),
    analyseRole: analyse.role ?? "auto",
    models: analyse.models ?? null,
    second: analyse.second_look_model ?? "",
    place: {
      latitude: text(placement?.latitude_deg),
      longitude: text(placement?.longitude_deg),
      direction: text(placement?.direction_deg),
      view: text(placement?.field_of_view_deg),
    },
  };
}

/** A number as people write it, with comma or point; null: nothing written, NaN: no number. */
export function number(written: string): number | null {
  const clean = written.trim().replace(",", ".");
  if (!clean) return null;
  return /^-?\d+(\.\d+)?$/.test(clean) ? Number(clean) : NaN;
}

/** What is wrong with a port: a catalogue key, or null. */
export function portProblem(written: string): string | null {
  return wrong(written, 1, 65535) ?? (/^\d*$/.test(written.trim()) ? null : "setup-number-problem");
}

/** What is wrong with a number: a catalogue key, or null. */
export function wrong(written: string, least: number, most: number): string | null {
  const value = number(written);
  if (value === null) return null;
  return Number.isNaN(value) || value < least || value > most ? "setup-number-problem" : null;
}

export function placeProblem(place: Place): string | null {
  const latitude = number(place.latitude);
  const longitude = number(place.longitude);
  if ((latitude === null) !== (longitude === null)) return "setup-place-both";
  if (latitude === null && (place.direction.trim() || place.view.trim())) return "setup-place-both";
  return (
    wrong(place.latitude, -90, 90) ??
    wrong(place.longitude, -180, 180) ??
    wrong(place.direction, 0, 359.999) ??
    wrong(place.view, 1, 360)
  );
}

export function placement(place: Place): CameraIn["placement"] {
  const latitude = number(place.latitude);
  const longitude = number(place.longitude);
  if (latitude === null || longitude === null) return null;
  return {
    latitude_deg: latitude,
    longitude_deg: longitude,
    direction_deg: number(place.direction),
    field_of_view_deg: number(place.view),
  };
}

export function bodyOf(form: CameraForm, camera: Camera): CameraIn {
  const transport = form.udp ? "udp" : "tcp";
  const gigabytes = number(form.maxGb);
  const sub = form.sub.trim();
  return {
    name: form.name.trim(),
    kind: camera.kind,
    streams: [
      { role: "main", url: form.main.trim(), transport },
      ...(sub ? [{ role: "sub" as const, url: sub, transport } as const] : []),
    ],
    username: form.username.trim() || null,
    ...(form.password === null ? {} : { password: form.password }),
    device_id: camera.device_id,
    channel: camera.channel,
    onvif_port: number(form.onvifPort),
    enabled: form.enabled,
    record: {
      main: form.recordMain,
      sub: form.recordSub === "auto" ? null : form.recordSub === "yes",
      audio: form.audio,
      keep_days: number(form.keepDays),
      max_bytes: gigabytes === null ? null : Math.round(gigabytes * 1e9),
    },
    analyse: {
      enabled: form.analyse,
      fps: number(form.fps) ?? 5,
      role: form.analyseRole === "auto" ? null : form.analyseRole,
      models: form.models,
      second_look_model: form.second || null,
    },
    placement: placement(form.place),
    tags: tagsOf(form.tags),
    revision: camera.revision,
  };
}

/** Tags as people write them, each once. */
export function tagsOf(written: string): string[] {
  const tags = written.split(/[,;|]/).map((one) => one.trim().replace(/\s+/g, " ").toLocaleLowerCase());
  return [...new Set(tags.filter(Boolean))].sort();
}

/** The login that stands in an address as people paste it, taken out of it. */
export function takeLogin(address: string): { address: string; username: string; password: string } {
  const found = /^([a-z]+:\/\/)([^/?#]*)@(.*)$/i.exec(address.trim());
  if (!found) return { address: address.trim(), username: "", password: "" };
  const [, scheme = "", login = "", rest = ""] = found;
  const [username = "", ...password] = login.split(":");
  return { address: scheme + rest, username: decoded(username), password: decoded(password.join(":")) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** "1-4, 7" as numbers; null where it makes no sense. */
export function channelNumbers(written: string): number[] | null {
  const numbers: number[] = [];
  for (const part of written.replaceAll(" ", "").split(",").filter(Boolean)) {
    const found = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(part);
    const first = Number(found?.[1] ?? 0);
    const last = Number(found?.[2] ?? first);
    if (!found || first < 1 || last < first || last > 256) return null;
    for (let one = first; one <= last; one += 1) numbers.push(one);
  }
  return [...new Set(numbers)];
}
