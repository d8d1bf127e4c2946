// What somebody wants a colleague to agree to, in words.

import { agencies } from "../lib/agencies.svelte";
import type { Approval } from "../lib/approvals.svelte";
import { t } from "../lib/i18n.svelte";
import { clockTime, shortDate } from "../lib/time";

export const deedOf = (one: Approval): string =>
  t("approvals-asks", {
    who: one.asked_by,
    deed: t(`approvals-deed-${one.right}`),
    camera: one.camera_name,
    owner: agencies.name(one.owner_agency_id),
  });

export const footageOf = (one: Approval): string =>
  one.start && one.end
    ? t("approvals-footage", {
        day: shortDate(one.start),
        from: clockTime(one.start),
        to: clockTime(one.end),
      })
    : "";

/** What became of it. */
export function stateOf(one: Approval): string {
  const until = clockTime(one.good_until);
  if (one.refused_by === one.asked_by) return t("approvals-taken-back");
  if (one.refused_by) return t("approvals-refused", { who: one.refused_by });
  if (one.given_by)
    return t(one.good ? "approvals-given" : "approvals-given-over", { who: one.given_by, until });
  return one.waits ? t("approvals-waits", { until }) : t("approvals-over");
}
