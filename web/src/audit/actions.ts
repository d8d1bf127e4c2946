// Every action that the audit can name, in the order of the list. The type keeps it complete: a new action of the
// server fails to compile here until it is listed.

import type { Schemas } from "../api/client";

const all: Record<Schemas["Action"], true> = {
  login: true,
  self: true,
  "camera.list": true,
  "camera.edit": true,
  "camera.test": true,
  "live.watch": true,
  "wall.share": true,
  "ptz.steer": true,
  "footage.list": true,
  "footage.play": true,
  "bookmark.read": true,
  "bookmark.edit": true,
  "bookmark.clear": true,
  "track.read": true,
  "event.read": true,
  "alert.read": true,
  "alert.handle": true,
  "incident.read": true,
  "incident.handle": true,
  "evidence.read": true,
  "evidence.lock": true,
  "evidence.export": true,
  "evidence.unlock": true,
  "seal.read": true,
  "seal.make": true,
  "seal.open": true,
  "seal.hear": true,
  "rules.read": true,
  "rules.edit": true,
  "backtest.run": true,
  "health.read": true,
  "metrics.read": true,
  "user.list": true,
  "user.edit": true,
  "audit.read": true,
  "erasure.read": true,
  "erasure.ask": true,
  "erasure.confirm": true,
  "site.read": true,
  "site.edit": true,
  "agency.read": true,
  "agency.edit": true,
  "grant.read": true,
  "grant.edit": true,
  "grant.sign": true,
  "grant.request": true,
  "grant.emergency": true,
};

export const actions = Object.keys(all) as Schemas["Action"][];

/** What counts as a look at a camera, as the server has it (`desk/audit/looks.py`). */
export const looks: Schemas["Action"][] = [
  "live.watch",
  "ptz.steer",
  "footage.list",
  "footage.play",
  "track.read",
  "alert.read",
  "backtest.run",
  "evidence.lock",
  "evidence.export",
];
