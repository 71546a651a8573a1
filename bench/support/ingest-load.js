import { setTimeout as delay } from "node:timers/promises";
import { isInterrupted } from "./process.js";

const SENSORS = 100;
const TICK_MS = 10;
/** The broker drops what its queue has no room for: publishing waits before that, and the rate shows it. */
const MOST_ON_THE_WAY = 30_000;

/**
 * @typedef {object} Load
 * @property {number} perSecond
 * @property {number} seconds
 */

/**
 * At the pace of the clock; each reading with a number and a time of its own.
 *
 * @param {readonly import("./mqtt-publisher.js").MqttPublisher[]} publishers
 * @param {{ readonly committed: number }} watch
 * @param {Load} load
 * @returns {Promise<number>} how many were sent
 */
export async function publishSteadily(publishers, watch, { perSecond, seconds }) {
  const firstTime = Date.now() - 600_000;
  const begin = performance.now();
  let sent = 0;
  for (let elapsed = 0; elapsed < seconds * 1000; elapsed = performance.now() - begin) {
    if (isInterrupted()) throw new Error("interrupted");
    const due = Math.floor((elapsed * perSecond) / 1000) - sent;
    const room = Math.max(0, MOST_ON_THE_WAY - (sent - watch.committed));
    for (const publisher of publishers) {
      const share = Array.from({ length: Math.floor(Math.min(due, room) / publishers.length) }, (_, index) =>
        reading(sent + index, firstTime),
      );
      if (share.length > 0) publisher.publish(share);
      sent += share.length;
    }
    await delay(TICK_MS);
  }
  return sent;
}

/**
 * @param {number} number
 * @param {number} firstTime milliseconds since 1970
 */
function reading(number, firstTime) {
  const sensor = `s${number % SENSORS}`;
  const horodatage = new Date(firstTime + Math.floor(number / SENSORS)).toISOString();
  const payload = `{"capteur":"${sensor}","valeur":${number},"horodatage":"${horodatage}"}`;
  return { topic: `sensor/${sensor}`, payload };
}

/**
 * Asks twice a second how many are committed, and once before.
 *
 * @param {() => Promise<number>} stored
 */
export async function watchCommitted(stored) {
  const before = await stored();
  const watch = { committed: 0, over: false };
  void (async () => {
    while (!watch.over) {
      // An answer that fails is asked for again: until then publishing waits.
      watch.committed = await stored().then(
        (count) => count - before,
        () => watch.committed,
      );
      await delay(500);
    }
  })();
  return watch;
}
