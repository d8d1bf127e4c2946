// The agencies that this desk knows, and what they granted to ours. Loaded at login, kept current by the feed.

import { api, ask, type Schemas } from "../api/client";
import { feed } from "./feed.svelte";
import { now } from "./now.svelte";
import { session } from "./session.svelte";
import { site, type Camera } from "./site.svelte";
import { purpose } from "./purpose.svelte";

export type Agency = Schemas["AgencyOut"];
export type Grant = Schemas["GrantOut"];

let all = $state.raw<Agency[]>([]);
let grants = $state.raw<Grant[]>([]);
let queue = $state.raw<Grant[]>([]);
let loaded = $state(false);

feed.on("agency.changed", () => void agencies.load());
feed.on("grant.changed", () => void agencies.grantsChanged());
feed.on("grant.emergency", () => void agencies.grantsChanged());
feed.on("reset", () => void agencies.load());

const fold = (text: string): string => text.trim().toLocaleLowerCase();
const isNow = (one: Grant): boolean =>
  one.state === "active" &&
  Date.parse(one.expires_at) > now.exact() &&
  Date.parse(one.starts_at) <= now.exact();

export const agencies = {
  get all(): Agency[] {
    return all;
  },
  get own(): Agency | undefined {
    return all.find((one) => one.own);
  },
  get others(): Agency[] {
    return all.filter((one) => !one.own);
  },
  /** Given and received, newest first. */
  get grants(): Grant[] {
    return grants;
  },
  /** What waits for our agency. */
  get queue(): Grant[] {
    return queue;
  },
  get loaded(): boolean {
    return loaded;
  },
  name(id: string): string {
    return all.find((one) => one.id === id)?.name ?? id;
  },
  /** The same where there is little room: what all municipalities begin with says least. */
  short(id: string): string {
    return agencies.name(id).replace(/^Municipalidad (?:Distrital |Provincial )?(?:de |del )?/i, "Muni. ");
  },
  isOwn(agencyId: string): boolean {
    return agencyId === site.info?.agency_id;
  },
  /** The agency's name where a camera is another agency's; "" for our own. */
  of(camera: Camera | undefined): string {
    return camera && site.info && camera.agency_id !== site.info.agency_id
      ? agencies.name(camera.agency_id)
      : "";
  },
  /** Grants to us that hold now. */
  get received(): Grant[] {
    void now.ms;
    return grants.filter((one) => !one.given && isNow(one));
  },
  /** The purposes that one may state with any effect. */
  get purposes(): string[] {
    const found = new Map<string, string>();
    for (const one of agencies.received)
      for (const words of one.purposes) if (!found.has(fold(words))) found.set(fold(words), words);
    return [...found.values()].sort((a, b) => a.localeCompare(b));
  },
  /** Grants to us that hold now and may be about this camera: of an area or a tag, the server knows. */
  receivedFor(camera: Camera): Grant[] {
    return agencies.received.filter(
      (one) =>
        one.owner.id === camera.agency_id &&
        (one.cameras.kind !== "list" || (one.cameras.ids as string[]).includes(camera.id)),
    );
  },
  /** Whether its live picture is worth asking for: not where all that we know of grants none. The server decides. */
  mayBeLive(camera: Camera): boolean {
    const about = agencies.isOwn(camera.agency_id) ? [] : agencies.receivedFor(camera);
    return !about.length || about.some((one) => one.rights.includes("live"));
  },
  /** The received grant that a look at this camera most likely rests on now; the server decides. */
  grantFor(camera: Camera): Grant | undefined {
    const about = agencies.receivedFor(camera);
    return (
      about.find((one) => one.purposes.some((words) => fold(words) === fold(purpose.purpose))) ?? about[0]
    );
  },
  /** Where footage that was granted for one span ends, for a moment inside it; Infinity: no span is in the way. */
  footageEnd(camera: string, at: number): number {
    const ends = agencies.received
      .filter((one) => one.cameras.kind === "list" && (one.cameras.ids as string[]).includes(camera))
      .map((one) => [Date.parse(one.span_start ?? ""), Date.parse(one.span_end ?? "")] as const)
      .filter(([start, end]) => start <= at && at < end)
      .map(([, end]) => end);
    return ends.length ? Math.max(...ends) : Infinity;
  },
  async load(): Promise<void> {
    if (session.may("agency.read")) {
      const result = await ask(api.GET("/api/agencies"));
      if (result.kind === "ok") all = result.data;
    }
    await agencies.loadGrants();
    loaded = true;
  },
  async loadGrants(): Promise<void> {
    if (!session.may("grant.read")) return;
    const [every, waiting] = await Promise.all([
      ask(api.GET("/api/grants")),
      ask(api.GET("/api/grant-queue")),
    ]);
    if (every.kind === "ok") grants = every.data;
    if (waiting.kind === "ok") queue = waiting.data;
  },
  /** A grant that begins or ends changes which cameras there are. */
  async grantsChanged(): Promise<void> {
    await agencies.loadGrants();
    await site.loadCameras();
  },
};
