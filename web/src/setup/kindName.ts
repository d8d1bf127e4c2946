// The short names of the kinds of rules.

import { known, t } from "../lib/i18n.svelte";

/** A kind that is newer than this console is called what the server calls it, and a rule what its author calls it: only
 * what the site itself raises (a moved view, a camera offline) has its kind for a name. */
export function nameOf(kind: string): string {
  const key = `kinds-name-${kind}`;
  return known(key) ? t(key) : kind;
}
