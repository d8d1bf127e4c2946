// The server's clock. A control-room PC may be wrong by hours; ages and times shown are always the server's.

let offset_ms = 0;
let tick_ms = $state(Date.now());

setInterval(() => {
  tick_ms = Date.now() + offset_ms;
}, 1000);

export const now = {
  /** Server time in ms, renewed each second: reading it in a component makes the component follow. */
  get ms(): number {
    return tick_ms;
  },
  /** Server time in ms at this very moment, not reactive. */
  exact(): number {
    return Date.now() + offset_ms;
  },
  /** How far this computer's clock is behind the server's, in seconds. */
  get offset_s(): number {
    return offset_ms / 1000;
  },
  /** Learn from a time that the server just told. */
  learn(serverIso: string): void {
    const told = Date.parse(serverIso);
    if (!Number.isFinite(told)) return;
    const offset = told - Date.now();
    // Half a second is network, not clock.
    if (Math.abs(offset - offset_ms) > 500) offset_ms = offset;
    tick_ms = Date.now() + offset_ms;
  },
};
