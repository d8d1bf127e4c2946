import type { Schemas } from "../api/client";

export type User = Schemas["UserOut"];
export type Role = Schemas["Role"];

/** In the order of the list. The type keeps it complete. */
const all: Record<Role, true> = {
  viewer: true,
  operator: true,
  supervisor: true,
  administrator: true,
  auditor: true,
  privacy_officer: true,
};
export const roles = Object.keys(all) as Role[];
