// The address of playback: #/playback?camera=ID[,ID...]&at=ISO. Other screens link here.

export const MOST = 9;

export function camerasOf(query: URLSearchParams): string[] {
  const named = query
    .getAll("camera")
    .flatMap((one) => one.split(","))
    .map((one) => one.trim())
    .filter(Boolean);
  return [...new Set(named)].slice(0, MOST);
}

/** The moment that an address names; NaN where it names none. */
export function momentOf(query: URLSearchParams): number {
  return Date.parse(query.get("at") ?? "");
}

/** How many columns of tiles suit so many cameras in a window of this shape. */
export function columns(count: number, wide: number, tall: number): number {
  let best = 1;
  let most = 0;
  for (let wanted = 1; wanted <= Math.max(1, count); wanted += 1) {
    const rows = Math.ceil(count / wanted);
    // A picture is 16 by 9; its caption takes 28 pixels.
    const size = Math.min(wide / wanted, ((tall / rows - 28) * 16) / 9);
    if (size > most + 1) [best, most] = [wanted, size];
  }
  return best;
}
