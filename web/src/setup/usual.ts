// What is usual on a camera: the week as rows of hours, arrows as lines.

import type { Schemas } from "../api/client";

export type Usual = Schemas["UsualOut"];
export type Arrow = Schemas["FlowArrowOut"];
export type Group = "people" | "vehicles";

const DAY_H = 24;

/** How much of the busiest hour each hour has, 0..1, a row for each day; the root, so that quiet hours differ too. */
export function shades(week: readonly number[]): number[][] {
  const most = Math.max(...week, 0.001);
  return Array.from({ length: Math.ceil(week.length / DAY_H) }, (_, day) =>
    week.slice(day * DAY_H, (day + 1) * DAY_H).map((one) => Math.sqrt(one / most)),
  );
}

/** Both ends of an arrow in a picture of `width` by `height`: the more come by, the longer. */
export function ends(arrow: Arrow, width: number, height: number): [number, number, number, number] {
  const half = (width / 16) * (0.25 + 0.2 * arrow.weight);
  const turn = (arrow.way * Math.PI) / 4;
  const [x, y] = [arrow.x * width, arrow.y * height];
  const [dx, dy] = [half * Math.cos(turn), half * Math.sin(turn)];
  return [x - dx, y - dy, x + dx, y + dy];
}
