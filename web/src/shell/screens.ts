// The screens: what they are called, which key opens them, who may see them. Each is loaded when it is first opened.

import type { Component } from "svelte";
import type { Action } from "../lib/session.svelte";
import type { IconName } from "../ui/icons";

export interface Screen {
  id: string;
  icon: IconName;
  /** "g" then this letter. */
  key: string;
  /** Any of these rights lets somebody in. */
  needs: Action[];
  /** Not in the menu: reached from elsewhere. */
  aside?: boolean;
  /** Only where sites join: at a hub. */
  hub?: boolean;
  /** Only where the cameras themselves are: not at a hub. */
  site?: boolean;
  load: () => Promise<{ default: Component }>;
}

export const screens: Screen[] = [
  { id: "map", icon: "map", key: "m", needs: ["camera.list"], load: () => import("../map/MapScreen.svelte") },
  {
    id: "alerts",
    icon: "alert",
    key: "a",
    needs: ["alert.read"],
    load: () => import("../alerts/AlertsScreen.svelte"),
  },
  {
    id: "review",
    icon: "eye",
    key: "r",
    needs: ["alert.handle", "rules.edit"],
    site: true,
    load: () => import("../review/ReviewScreen.svelte"),
  },
  {
    id: "wall",
    icon: "wall",
    key: "w",
    needs: ["live.watch"],
    load: () => import("../wall/WallScreen.svelte"),
  },
  {
    id: "playback",
    icon: "playback",
    key: "p",
    needs: ["footage.play"],
    load: () => import("../timeline/PlaybackScreen.svelte"),
  },
  {
    id: "search",
    icon: "search",
    key: "f",
    needs: ["track.read"],
    load: () => import("../search/SearchScreen.svelte"),
  },
  {
    id: "incidents",
    icon: "incident",
    key: "i",
    needs: ["incident.read"],
    load: () => import("../incidents/IncidentsScreen.svelte"),
  },
  {
    id: "sharing",
    icon: "share",
    key: "x",
    needs: ["grant.read"],
    load: () => import("../sharing/SharingScreen.svelte"),
  },
  {
    id: "sites",
    icon: "sites",
    key: "n",
    needs: ["site.read"],
    hub: true,
    load: () => import("../sites/SitesScreen.svelte"),
  },
  {
    id: "commands",
    icon: "setup",
    key: "o",
    needs: ["camera.edit"],
    hub: true,
    load: () => import("../commands/CommandsScreen.svelte"),
  },
  {
    id: "setup",
    icon: "setup",
    key: "s",
    needs: ["camera.edit", "rules.edit"],
    site: true,
    load: () => import("../setup/SetupScreen.svelte"),
  },
  {
    id: "health",
    icon: "health",
    key: "h",
    needs: ["health.read"],
    load: () => import("../health/HealthScreen.svelte"),
  },
  {
    id: "people",
    icon: "people",
    key: "u",
    needs: ["user.list"],
    load: () => import("../people/PeopleScreen.svelte"),
  },
  {
    id: "audit",
    icon: "audit",
    key: "l",
    needs: ["audit.read"],
    load: () => import("../audit/AuditScreen.svelte"),
  },
  {
    id: "me",
    icon: "user",
    key: "c",
    needs: ["self"],
    aside: true,
    load: () => import("../people/MeScreen.svelte"),
  },
];

/** Those that somebody with these rights has here. */
export function screensOf(may: (action: Action) => boolean, isHub: boolean): Screen[] {
  return screens.filter((one) => one.needs.some(may) && (isHub ? !one.site : !one.hub));
}
