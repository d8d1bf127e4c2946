// The kinds of rules as people look for them: in groups, by the words of their names and sentences.

import type { RuleKind } from "./rules";

const GROUPS: Record<string, readonly string[]> = {
  places: ["zone_intrusion", "tripwire", "loitering", "occupancy", "counting"],
  people: [
    "person_down",
    "fight",
    "running",
    "lingering",
    "queue",
    "crowd",
    "group_converging",
    "meeting",
    "parting",
  ],
  vehicles: [
    "wrong_way",
    "stopped_vehicle",
    "parked_vehicle",
    "speeding",
    "sudden_stop",
    "collision",
    "vehicle_circling",
    "stop_and_flee",
    "closed_area",
  ],
  things: ["object_left", "object_removed"],
  usual: ["unusual"],
  several: ["sequence", "together", "absence"],
  camera: ["camera_offline", "camera_tampered", "camera_clock"],
};

export interface KindGroup {
  name: string;
  kinds: RuleKind[];
}

/** Accents and capitals do not matter to who searches. */
function folded(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/** Every kind that has all words of `search` in its name or sentence, in groups; a group without any is left out. */
export function grouped(
  kinds: readonly RuleKind[],
  search: string,
  nameOf: (kind: string) => string,
): KindGroup[] {
  const words = folded(search).split(/\s+/).filter(Boolean);
  const found = kinds.filter((one) => {
    const text = folded(`${nameOf(one.kind)} ${one.meaning} ${one.kind}`);
    return words.every((word) => text.includes(word));
  });
  const placed = new Set(Object.values(GROUPS).flat());
  const groups = Object.entries(GROUPS).map(([name, order]) => ({
    name,
    kinds: order.flatMap((kind) => found.filter((one) => one.kind === kind)),
  }));
  groups.push({ name: "other", kinds: found.filter((one) => !placed.has(one.kind)) });
  return groups.filter((one) => one.kinds.length > 0);
}

/** Where an arrow key leads in a grid: the index of the nearest box that way, or the one it was. */
export function neighbour(boxes: readonly DOMRect[], from: number, key: string): number {
  const here = boxes[from];
  if (!here) return from;
  if (key === "ArrowLeft") return Math.max(0, from - 1);
  if (key === "ArrowRight") return Math.min(boxes.length - 1, from + 1);
  const down = key === "ArrowDown";
  let best = from;
  let least = Infinity;
  boxes.forEach((box, index) => {
    const beyond = down ? box.top - here.top : here.top - box.top;
    if (beyond <= here.height / 2) return;
    const away = beyond * 10 + Math.abs(box.left - here.left);
    if (away < least) [best, least] = [index, away];
  });
  return best;
}
