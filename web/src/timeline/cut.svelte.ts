// The piece between two marks: what is downloaded, or kept as evidence.

import { mediaUrl } from "../api/client";
import { t } from "../lib/i18n.svelte";
import { toasts } from "../lib/toasts.svelte";
import { marked, type Marks, type Side } from "./view";

const CLIP_MAX_MS = 6 * 3_600_000;

export class Cut {
  marks = $state.raw<Marks>({ in: null, out: null });
  /** From and to in ms, where both are set. */
  readonly piece = $derived(
    this.marks.in !== null && this.marks.out !== null ? { from: this.marks.in, to: this.marks.out } : null,
  );

  mark(side: Side, at: number): void {
    this.marks = marked(this.marks, side, at);
  }

  clear(): void {
    this.marks = { in: null, out: null };
  }

  download(camera: string): void {
    if (!this.piece) return;
    const { from, to } = this.piece;
    if (to - from > CLIP_MAX_MS) {
      toasts.problem(t("timeline-clip-long"));
      return;
    }
    const query = { start: new Date(from).toISOString(), end: new Date(to).toISOString() };
    const anchor = document.createElement("a");
    anchor.href = mediaUrl(["cameras", camera, "clip.mp4"], query);
    anchor.download = `${camera}.mp4`;
    anchor.click();
    toasts.info(t("timeline-clip-copy"));
  }
}
