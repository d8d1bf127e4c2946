/** The one of a list after (or before) the chosen one, and no further than its ends; the first where none is chosen. */
export function beside<T>(list: readonly T[], isChosen: (one: T) => boolean, step: 1 | -1): T | undefined {
  const at = list.findIndex(isChosen);
  return list[at < 0 ? 0 : Math.min(Math.max(at + step, 0), list.length - 1)];
}
