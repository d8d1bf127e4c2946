// How the link to a site is. Worst first.

import type { Schemas } from "../api/client";

export type Link = "doubled" | "lost" | "online" | "revoked";

export function linkOf(site: Schemas["JoinedSiteOut"]): Link {
  if (site.revoked_at) return "revoked";
  if (site.is_doubled) return "doubled";
  return site.online ? "online" : "lost";
}

/** On a 16 grid; the map draws the same. */
export const LINK_SHAPES: Record<Link, string> = {
  online: "M3 8.500 6.500 12 13 4.500",
  lost: "M3.500 3.500l9 9m0-9-9 9",
  doubled: "M8 2l6.500 11.500h-13zM8 6.500v3m0 1.700v.1",
  revoked: "M3 8h10",
};
