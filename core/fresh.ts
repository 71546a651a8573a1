/** By as many seconds the clocks of a deployment's machines may be apart; the checks before `up` refuse more. */
export const MOST_APART_SECONDS = 300;

/** Whether a moment that is on record is ahead of this machine's clock: that one was wrong, or this one is. */
export const isAhead = (at: Date, now = new Date()): boolean =>
  at.getTime() - now.getTime() > MOST_APART_SECONDS * 1000;

/** Whether something is no older than so many seconds. One that is ahead is of no age that anyone knows. */
export const isFresh = (at: Date, seconds: number, now = new Date()): boolean =>
  !isAhead(at, now) && now.getTime() - at.getTime() <= seconds * 1000;
