// The keyboard. A screen binds its keys while it is shown; `?` lists what is bound. One letter, one action.

import { onDestroy } from "svelte";

export interface Binding {
  /** As KeyboardEvent.key, lower case: "j", "enter", "arrowleft", "?", " ", "shift+a", "ctrl+k". */
  key: string;
  /** A catalogue key that says what it does. */
  label: string;
  run: (event: KeyboardEvent) => void;
  /** Not listed by `?` (an alias of another key). */
  hidden?: boolean;
}

interface Layer {
  bindings: Binding[];
  /** A catalogue key: the heading in the list. */
  title: string;
}

let layers = $state.raw<Layer[]>([]);

// What counts is no state: while a component is taken away, Svelte shows it the state from before, and the layer of the
// component that takes its place would be lost.
let bound: Layer[] = [];

function tell(next: Layer[]): void {
  bound = next;
  layers = next;
}

export const keys = {
  get layers(): Layer[] {
    return layers;
  },
};

/** Bind keys for the life of the calling component. A later layer wins over an earlier one. */
export function bindKeys(title: string, bindings: Binding[]): void {
  const layer = { title, bindings };
  tell([...bound, layer]);
  onDestroy(() => tell(bound.filter((one) => one !== layer)));
}

function name(event: KeyboardEvent): string {
  const key = event.key.toLowerCase();
  const modifiers = `${event.ctrlKey || event.metaKey ? "ctrl+" : ""}${event.altKey ? "alt+" : ""}`;
  // Shift is part of a sign such as "?" already; it is named only with letters and keys that have no other sign.
  const shift = event.shiftKey && (/^[a-z]$/.test(key) || key.length > 1) ? "shift+" : "";
  return modifiers + shift + key;
}

function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (
    target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement
  )
    return true;
  return (
    target instanceof HTMLInputElement && !["checkbox", "radio", "button", "range"].includes(target.type)
  );
}

addEventListener("keydown", (event) => {
  if (typing(event.target) || event.defaultPrevented) return;
  // An open dialog has the keyboard for itself.
  if (document.querySelector("dialog[open]")) return;
  const pressed = name(event);
  // Enter and space on a control belong to that control.
  if ((pressed === "enter" || pressed === " ") && event.target instanceof Element) {
    if (event.target.closest("button, a, summary, [role=button], [role=tab], input")) return;
  }
  for (const layer of [...bound].reverse()) {
    const found = layer.bindings.find((one) => one.key === pressed);
    if (found) {
      event.preventDefault();
      found.run(event);
      return;
    }
  }
});
