// Where the person is: "#/alerts/abc?x=1" is screen "alerts", rest ["abc"], query x=1. No server route to keep in step.

export interface Place {
  screen: string;
  rest: string[];
  query: URLSearchParams;
}

function read(): Place {
  const [path = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [screen = "", ...rest] = path.split("/").map(decode);
  return { screen, rest: rest.filter(Boolean), query: new URLSearchParams(query) };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

let place = $state.raw<Place>(read());
let guard: (() => string | null) | null = null;
/** Another place was asked for while something here would be lost: what to ask, and where to go then. */
let leaving = $state.raw<{ question: string; to: string } | null>(null);

addEventListener("hashchange", (event) => {
  const question = guard?.() ?? null;
  if (question !== null) {
    leaving = { question, to: location.hash };
    history.replaceState(null, "", new URL(event.oldURL).hash);
    return;
  }
  place = read();
});

/** Ask before another place is shown, for as long as `ask` has a question. Gives what takes the guard away. */
export function guarded(ask: () => string | null): () => void {
  guard = ask;
  return () => {
    if (guard === ask) guard = null;
  };
}

export const router = {
  get place(): Place {
    return place;
  },
  /** The question that stands before leaving; null: none. */
  get question(): string | null {
    return leaving?.question ?? null;
  },
  stay(): void {
    leaving = null;
  },
  leave(): void {
    const to = leaving?.to;
    leaving = guard = null;
    if (to !== undefined) location.hash = to;
  },
};

/** A link for `href`: each part is escaped. */
export function link(screen: string, rest: string[] = [], query: Record<string, string> = {}): string {
  const path = [screen, ...rest].map(encodeURIComponent).join("/");
  const text = new URLSearchParams(query).toString();
  return `#/${path}${text ? `?${text}` : ""}`;
}

export function go(screen: string, rest: string[] = [], query: Record<string, string> = {}): void {
  location.hash = link(screen, rest, query);
}

/** Change the address without a new step in the history: for a selection that moves. */
export function replace(screen: string, rest: string[] = [], query: Record<string, string> = {}): void {
  // A screen that has just been left (its answer came late) must not pull the person back.
  const here = read().screen;
  if (here && here !== screen) return;
  history.replaceState(null, "", link(screen, rest, query));
  place = read();
}
