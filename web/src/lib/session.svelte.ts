// Who is logged in, and what they may. When a login ends in mid-shift the screen stays; only a form comes over it.

import { api, ask, loggedOut, type Schemas } from "../api/client";
import { i18n } from "./i18n.svelte";

export type Action = Schemas["Action"];
type Me = Schemas["MeOut"];

let me = $state.raw<Me | null>(null);
let state = $state<"unknown" | "out" | "in" | "expired">("unknown");

loggedOut.addEventListener("now", () => {
  if (state === "in") state = "expired";
  else if (state === "unknown") state = "out";
});

export const session = {
  /** unknown: not asked yet; out: nobody; in; expired: somebody was, and their screen still stands. */
  get state() {
    return state;
  },
  get me(): Me | null {
    return me;
  },
  get name(): string {
    return me ? me.user.full_name || me.user.username : "";
  },
  may(action: Action): boolean {
    return me?.may.includes(action) ?? false;
  },
  /** Ask the server who we are. */
  async load(): Promise<void> {
    const result = await ask(api.GET("/api/me"));
    if (result.kind === "ok") {
      // Somebody else on the same browser must not see the screen of the one before.
      if (me && me.user.id !== result.data.user.id) location.reload();
      me = result.data;
      state = "in";
      if (me.user.language && !localStorage.getItem("veedor.language")) i18n.choose(me.user.language);
    } else if (result.kind === "error" && result.status === 401) {
      state = me ? "expired" : "out";
    }
  },
  async logout(): Promise<void> {
    await ask(api.POST("/api/logout"));
    location.hash = "";
    location.reload();
  },
};
