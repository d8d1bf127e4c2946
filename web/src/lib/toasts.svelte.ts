// Short notices at the edge of the screen. They say what happened; nothing that must be answered goes here.

export interface Toast {
  id: number;
  kind: "info" | "done" | "problem";
  text: string;
}

let shown = $state<Toast[]>([]);
let last = 0;

function add(kind: Toast["kind"], text: string, seconds: number): void {
  if (!text || shown.some((one) => one.text === text)) return;
  last += 1;
  const id = last;
  shown = [...shown.slice(-3), { id, kind, text }];
  setTimeout(() => toasts.drop(id), seconds * 1000);
}

export const toasts = {
  get shown(): Toast[] {
    return shown;
  },
  info: (text: string) => add("info", text, 5),
  done: (text: string) => add("done", text, 4),
  problem: (text: string) => add("problem", text, 10),
  drop(id: number): void {
    shown = shown.filter((one) => one.id !== id);
  },
};
