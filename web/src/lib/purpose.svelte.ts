// What the person says that they look for, and the number of the case. Grants of other agencies ask for both. They go
// with every request and are kept for this tab's session alone: the next person on this computer says their own.

const KEPT = "veedor.purpose";
const LONGEST = 200;

/** Why the server refused: the sentence, and what is missing in one word (`purpose`, `case`, `agency` ...). */
export interface Refusal {
  message: string;
  reason: string;
}

interface Stated {
  purpose: string;
  caseNumber: string;
}

function kept(): Stated {
  try {
    const found = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}") as Partial<Stated>;
    return { purpose: String(found.purpose ?? ""), caseNumber: String(found.caseNumber ?? "") };
  } catch {
    return { purpose: "", caseNumber: "" };
  }
}

let stated = $state.raw<Stated>(kept());
/** The dialog is open; with which refusal it was opened. */
let asking = $state.raw<{ reason: string } | null>(null);

const tidy = (text: string): string =>
  text
    .replace(/[\p{C}\s]+/gu, " ")
    .trim()
    .slice(0, LONGEST);

export const purpose = {
  get purpose(): string {
    return stated.purpose;
  },
  get caseNumber(): string {
    return stated.caseNumber;
  },
  /** Changes when something else is stated: what was refused may be asked for again. */
  get key(): string {
    return `${stated.purpose}\n${stated.caseNumber}`;
  },
  get asking(): { reason: string } | null {
    return asking;
  },
  ask(reason = ""): void {
    asking = { reason };
  },
  dismiss(): void {
    asking = null;
  },
  state(what: string, caseNumber: string): void {
    stated = { purpose: tidy(what), caseNumber: tidy(caseNumber) };
    sessionStorage.setItem(KEPT, JSON.stringify(stated));
  },
  forget(): void {
    sessionStorage.removeItem(KEPT);
    stated = { purpose: "", caseNumber: "" };
  },
  /** For an address that can have no headers: a picture, a clip, a WebSocket, the event stream. */
  query(): Record<string, string> {
    return {
      ...(stated.purpose && { purpose: stated.purpose }),
      ...(stated.caseNumber && { case: stated.caseNumber }),
    };
  },
};
