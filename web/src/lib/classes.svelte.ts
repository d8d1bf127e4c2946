// What detectors can find here: besides what every installation knows, classes of the agency's own models.

import { api, ask, type Schemas } from "../api/client";
import { i18n, known, t } from "./i18n.svelte";

type ObjectClass = Schemas["ObjectClassOut"];

let own = $state.raw<ObjectClass[]>([]);
let asked = false;

export const classes = {
  /** Words of the agency's own classes, for lists of choices. */
  get own(): string[] {
    return own.map((one) => one.name);
  },
  /** Ask for them, once in the life of the page. Whoever may not know them does without. */
  load(): void {
    if (asked) return;
    asked = true;
    void ask(api.GET("/api/rules/classes")).then((told) => {
      if (told.kind === "ok") own = told.data.filter((one) => one.own);
      else asked = false;
    });
  },
  /** What people read for the class `name`: the text of `key` where there is one, else what the agency calls it. */
  word(key: string, name: string): string {
    if (known(key)) return t(key);
    return own.find((one) => one.name === name)?.labels[i18n.language] ?? name;
  },
};
