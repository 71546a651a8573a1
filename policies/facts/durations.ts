import { rememberedText } from "./remembered.ts";

const UNIT: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};
const PART = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g;

/** Nanoseconds of a duration as Go reads it (`1m30s`, `90s`, `1500ms`); undefined if it is none. */
export const nanoseconds = (value: unknown): number | undefined =>
  typeof value === "string" ? inText(value) : undefined;

const inText = rememberedText((text): number | undefined => {
  if (text.replace(PART, "") !== "" || text === "") return undefined;
  return [...text.matchAll(PART)].reduce(
    (sum, [, amount, unit]) => sum + Math.round(Number(amount) * (UNIT[unit as string] as number)),
    0,
  );
});

/** Seconds of a duration, NaN if it is none: it then compares as false with everything. */
export const seconds = (value: unknown): number => (nanoseconds(value) ?? Number.NaN) / 1e9;

/** A duration as Go prints it: the one spelling that the provider reads back as it was written. */
export function asGoPrints(total: number): string {
  if (total === 0) return "0s";
  if (total < 1e3) return `${total}ns`;
  if (total < 1e6) return `${total / 1e3}µs`;
  if (total < 1e9) return `${total / 1e6}ms`;
  const hours = Math.floor(total / 3600e9);
  const minutes = Math.floor((total % 3600e9) / 60e9);
  const rest = `${(total % 60e9) / 1e9}s`;
  if (hours > 0) return `${hours}h${minutes}m${rest}`;
  return minutes > 0 ? `${minutes}m${rest}` : rest;
}
