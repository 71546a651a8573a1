const STEPS = [
  { unit: "d", seconds: 86_400 },
  { unit: "h", seconds: 3600 },
  { unit: "min", seconds: 60 },
] as const;

/** How long ago a moment was, as a person counts it: `3 d`, `12 min`, `5 s`. */
export function ageOf(moment: string | undefined): string {
  // A container that was made and never started has the year 1.
  if (moment === undefined || moment.startsWith("0001")) return "";
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(moment)) / 1000));
  const step = STEPS.find((step) => seconds >= step.seconds);
  return step === undefined ? `${seconds} s` : `${Math.floor(seconds / step.seconds)} ${step.unit}`;
}
