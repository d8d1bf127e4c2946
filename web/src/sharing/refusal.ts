// Why a live picture is refused. A browser hides the answer to a WebSocket's handshake; the same right asked for by
// HTTP is answered in words.

import { mediaUrl } from "../api/client";
import { approvals } from "../lib/approvals.svelte";
import type { Refusal } from "../lib/purpose.svelte";

/** null: it is not refused, or nobody answers. */
export async function whyRefused(cameraId: string): Promise<Refusal | null> {
  const answer = await fetch(
    mediaUrl(["cameras", cameraId, "snapshot.jpg"], approvals.query("live", cameraId)),
  ).catch(() => null);
  if (answer?.status !== 403) return null;
  const said = (await answer.json().catch(() => ({}))) as Partial<Refusal>;
  return { message: said.message ?? "", reason: said.reason ?? "" };
}
