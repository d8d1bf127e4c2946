// The second person, where a grant asks for two: what our people asked a colleague to agree to, and what is agreed.
// Loaded at login, kept current by the feed. An approval goes with the requests that it was given for, and no others.

import { api, ask, type Result, type Schemas } from "../api/client";
import { feed } from "./feed.svelte";
import { now } from "./now.svelte";
import { purpose, type Refusal } from "./purpose.svelte";
import { session } from "./session.svelte";

export type Approval = Schemas["ApprovalOut"];
export type Right = Approval["right"];
/** From and to, ms. */
export type Footage = [number, number];

/** What the server says where the second person is all that is missing. */
const CONDITION = "condition:two_person";
export const needsSecond = (refusal: Pick<Refusal, "reason"> | { reason: string | null }): boolean =>
  refusal.reason === CONDITION;

let all = $state.raw<Approval[]>([]);

// What else happens is heard in the header, which then says so (approvals/SecondPersons.svelte).
feed.on("reset", () => void approvals.load());

const isOver = (one: Approval): boolean => Date.parse(one.good_until) <= now.exact();
/** For what is stated now: under another purpose or case number the server takes none of it. */
const isStated = (one: Approval): boolean =>
  one.purpose === purpose.purpose && (one.case_number ?? "") === purpose.caseNumber;
// Requests name whole milliseconds; a playhead stands between them.
const holds = (one: Approval, footage: Footage | undefined): boolean =>
  !footage ||
  (one.start !== null &&
    one.end !== null &&
    Date.parse(one.start) <= Math.floor(footage[0]) &&
    Math.floor(footage[1]) <= Date.parse(one.end));

function of(right: Right, camera: string, footage?: Footage): Approval | undefined {
  return all.find(
    (one) =>
      one.asked_by_me &&
      one.right === right &&
      one.camera_id === camera &&
      isStated(one) &&
      holds(one, footage),
  );
}

export const approvals = {
  /** Of our agency's people in the last hours, the newest first. */
  get all(): Approval[] {
    return all;
  },
  /** What a colleague waits for. */
  get waiting(): Approval[] {
    void now.ms;
    return all.filter((one) => one.waits && !one.asked_by_me && !isOver(one));
  },
  /** The newest that one asked for, whatever became of it. */
  newest: (right: Right, camera: string, footage?: Footage) => of(right, camera, footage),
  /** What a colleague agreed to and a look may begin on now. */
  held(right: Right, camera: string, footage?: Footage): Approval | undefined {
    const found = all.filter(
      (one) =>
        one.asked_by_me &&
        one.good &&
        one.right === right &&
        one.camera_id === camera &&
        isStated(one) &&
        holds(one, footage),
    );
    return found.find((one) => !isOver(one));
  },
  /** For an address that can have no headers. */
  query(right: Right, camera: string, footage?: Footage): Record<string, string> {
    const found = approvals.held(right, camera, footage);
    return found ? { approval: found.id } : {};
  },
  headers(right: Right, camera: string, footage?: Footage): Record<string, string> {
    const found = approvals.held(right, camera, footage);
    return found ? { "x-veedor-approval": found.id } : {};
  },
  async load(): Promise<void> {
    if (!session.may("grant.request")) return;
    const result = await ask(api.GET("/api/approvals"));
    if (result.kind === "ok") all = result.data;
  },
  async ask(right: Right, camera: string, footage?: Footage): Promise<Result<Approval>> {
    const [start, end] = footage?.map((one) => new Date(one).toISOString()) ?? [];
    const result = await ask(api.POST("/api/approvals", { body: { right, camera, start, end } }));
    await approvals.load();
    return result;
  },
  async settle(id: string, how: "approve" | "refuse"): Promise<Result<Approval>> {
    const path = { params: { path: { approval_id: id } } };
    const result = await ask(
      how === "approve"
        ? api.POST("/api/approvals/{approval_id}/approve", path)
        : api.POST("/api/approvals/{approval_id}/refuse", path),
    );
    await approvals.load();
    return result;
  },
};
