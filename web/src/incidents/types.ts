import type { Schemas } from "../api/client";

export type Detail = Schemas["IncidentDetailOut"];
export type Lock = Schemas["EvidenceOut"];
export type Package = Schemas["PackageOut"];

/** In the order of the list. The type keeps it complete. */
const all: Record<Schemas["Disposition"], true> = {
  resolved: true,
  handed_to_police: true,
  handed_to_emergency: true,
  not_found: true,
  false_report: true,
  duplicate: true,
  other: true,
};
export const dispositions = Object.keys(all) as Schemas["Disposition"][];
