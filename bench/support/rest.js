import { setTimeout as delay } from "node:timers/promises";
import { isInterrupted } from "./process.js";

/**
 * Waits while nothing is done, and ends early where a person ends the measurement.
 *
 * @param {number} seconds
 * @throws {Error} when Ctrl-C is pressed
 */
export async function rest(seconds) {
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    if (isInterrupted()) throw new Error("interrupted");
    await delay(Math.min(500, end - Date.now()));
  }
}
