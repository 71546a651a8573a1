import { isKnown } from "../../values.ts";

const BYTES: Readonly<Record<string, number>> = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/** MiB of `64m`, `1gb` or a number of bytes, the unit of the provider; what cannot be read stands as it is. */
export function mebibytes(value: unknown): unknown {
  if (value === undefined || value === null) return undefined;
  if (!isKnown(value)) return value;
  const [, number = "", unit = "b"] = /^(-?[\d.]+)\s*([bkmgt])?i?b?$/i.exec(String(value).trim()) ?? [];
  if (number === "") return value;
  return Number(number) < 0
    ? Number(number)
    : (Number(number) * (BYTES[unit.toLowerCase()] ?? 1)) / 1024 ** 2;
}

const SECONDS: Readonly<Record<string, number>> = { us: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 };

/** Seconds of `1m30s`; what cannot be read stands as it is. */
export function seconds(value: unknown): unknown {
  if (value === undefined || value === null) return undefined;
  const parts = [...String(value).matchAll(/([\d.]+)(us|ms|s|m|h)/g)];
  if (parts.map(([whole]) => whole).join("") !== String(value)) return value;
  return parts.reduce((sum, [, number, unit = "s"]) => sum + Number(number) * (SECONDS[unit] ?? 1), 0);
}
