// Numbers beside the names of screens: what waits there.

let counts = $state<Record<string, { count: number; kind: "alarm" | "warning" }>>({});

export const badge = {
  of: (screen: string): number => counts[screen]?.count ?? 0,
  kind: (screen: string): string => counts[screen]?.kind ?? "alarm",
  set(screen: string, count: number, kind: "alarm" | "warning" = "alarm"): void {
    if (counts[screen]?.count !== count || counts[screen]?.kind !== kind) counts[screen] = { count, kind };
  },
};
