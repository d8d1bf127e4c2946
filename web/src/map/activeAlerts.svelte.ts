// The alerts that nobody has settled, by camera. The map asks nothing else of alerts, so that another source of the
// same shape can take this one's place: `open`, `byCamera(id)`, `watch()`.

import { api, ask, type Schemas } from "../api/client";
import { feed } from "../lib/feed.svelte";

export type Alert = Schemas["AlertOut"];

let open = $state.raw<Alert[]>([]);
const byCamera = $derived.by(() => {
  const found = new Map<string, Alert[]>();
  for (const one of open) found.set(one.camera_id, [...(found.get(one.camera_id) ?? []), one]);
  return found;
});
let asked = 0;
let waiting = 0;

async function load(): Promise<void> {
  asked += 1;
  const mine = asked;
  const result = await ask(
    api.GET("/api/alerts", { params: { query: { status: ["new", "acknowledged"], limit: 200 } } }),
  );
  if (mine === asked && result.kind === "ok") open = result.data.alerts;
}

/** Many items may come at once (after a lost connection): one request serves them all. */
function soon(): void {
  clearTimeout(waiting);
  waiting = window.setTimeout(() => void load(), 60);
}

export const activeAlerts = {
  get open(): Alert[] {
    return open;
  },
  byCamera: (id: string): Alert[] => byCamera.get(id) ?? [],
  /** Follow the site's alerts; returns how to stop. */
  watch(): () => void {
    void load();
    const stops = ["alert.raised", "alert.act", "alert.ended", "reset"].map((kind) => feed.on(kind, soon));
    return () => {
      clearTimeout(waiting);
      stops.forEach((stop) => stop());
    };
  },
};
