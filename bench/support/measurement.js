/**
 * @typedef {object} Context
 * @property {number} runs of each contestant
 * @property {(line: string) => void} report what is being done, for people
 *
 * @typedef {object} Measurement
 * @property {string} name of the results file
 * @property {string} title in a line
 * @property {number} runs unless told otherwise
 * @property {"terraform"} [needs] what else than Node and Docker it takes
 * @property {(context: Context) => Promise<import("./result.js").Result>} measure cleans up after itself
 */
/** Thrown by a measurement whose rival is not there, and cannot be had. */
export class Skipped extends Error {}
