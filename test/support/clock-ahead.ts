/**
 * What Node loads first (`--import`) so that the clock of a process is ahead, for all that it runs.
 *
 * @param milliseconds may be negative
 */
export const clockAhead = (milliseconds: number): string =>
  `data:text/javascript,${encodeURIComponent(`
const Now = Date;
globalThis.Date = class extends Now {
  constructor(...given) {
    super(...(given.length > 0 ? given : [Date.now()]));
  }
  static now() {
    return Now.now() + ${Math.round(milliseconds)};
  }
};
`)}`;
