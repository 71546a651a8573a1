import type { Language } from "./language";

/** Numbers and times as people of a language write them. Built once a language: Intl objects are slow to make. */
export class Format {
  private readonly numbers: Intl.NumberFormat;
  private readonly clock: Intl.DateTimeFormat;
  private readonly dayAndClock: Intl.DateTimeFormat;
  private readonly days: Intl.DateTimeFormat;
  private readonly clockShort: Intl.DateTimeFormat;
  private readonly units: Readonly<Record<"second" | "minute" | "hour" | "day", Intl.NumberFormat>>;

  private readonly withDecimals = new Map<number, Intl.NumberFormat>();
  private readonly locale: string;

  constructor(language: Language, timeZone?: string) {
    const locale = language === "en" ? "en-GB" : "fr-FR";
    this.locale = locale;
    const zone = timeZone === undefined ? {} : { timeZone };
    this.numbers = new Intl.NumberFormat(locale, { maximumSignificantDigits: 7 });
    this.clock = new Intl.DateTimeFormat(locale, { ...zone, timeStyle: "medium" });
    this.clockShort = new Intl.DateTimeFormat(locale, { ...zone, timeStyle: "short" });
    this.days = new Intl.DateTimeFormat(locale, { ...zone, day: "numeric", month: "short" });
    this.dayAndClock = new Intl.DateTimeFormat(locale, {
      ...zone,
      ...{ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" },
    });
    const unit = (name: string) =>
      new Intl.NumberFormat(locale, {
        style: "unit",
        unit: name,
        unitDisplay: "short",
        maximumFractionDigits: 0,
      });
    this.units = { second: unit("second"), minute: unit("minute"), hour: unit("hour"), day: unit("day") };
  }

  /** @param decimals as many are always written. @default - as many as the value has, of seven digits in all */
  number(value: number, decimals?: number): string {
    if (decimals === undefined) return this.numbers.format(value);
    const known = this.withDecimals.get(decimals);
    const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    const format = known ?? new Intl.NumberFormat(this.locale, digits);
    if (known === undefined) this.withDecimals.set(decimals, format);
    return format.format(value);
  }

  /** A value with its unit, which stays on the same line. */
  quantity(value: number, { decimals, unit }: { decimals?: number | undefined; unit?: string | undefined }) {
    const number = this.number(value, decimals);
    return unit === undefined ? number : `${number}\u00a0${unit}`;
  }

  time(at: number): string {
    return this.clock.format(at);
  }

  timeShort(at: number): string {
    return this.clockShort.format(at);
  }

  day(at: number): string {
    return this.days.format(at);
  }

  dateTime(at: number): string {
    return this.dayAndClock.format(at);
  }

  /** A label of the axis of time. @param step seconds to the next label */
  tick(at: number, step: number): string {
    if (step < 60) return this.time(at);
    const date = new Date(at);
    const isMidnight = date.getHours() === 0 && date.getMinutes() === 0;
    return step >= 86_400 || isMidnight ? this.day(at) : this.timeShort(at);
  }

  /** An age in its largest whole unit: it is read at a glance, not calculated with. */
  age(seconds: number): string {
    if (seconds < 60) return this.units.second.format(Math.floor(seconds));
    if (seconds < 3_600) return this.units.minute.format(Math.floor(seconds / 60));
    if (seconds < 172_800) return this.units.hour.format(Math.floor(seconds / 3_600));
    return this.units.day.format(Math.floor(seconds / 86_400));
  }
}

/** A number as people type it: with a comma or a point, but nothing that only looks like one. */
export function parseNumber(text: string): number | undefined {
  const plain = text.trim().replace(",", ".");
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i.test(plain)) return undefined;
  const value = Number(plain);
  return Number.isFinite(value) ? value : undefined;
}
