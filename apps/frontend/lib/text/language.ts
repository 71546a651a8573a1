export const LANGUAGES = ["en", "fr"] as const;
export type Language = (typeof LANGUAGES)[number];

/** The language a browser asks for first among those the page speaks; English where it asks for neither. */
export function chooseLanguage(acceptLanguage: string | null): Language {
  const wishes = (acceptLanguage ?? "").split(",").map(parseWish);
  // A stable sort: among equal weights the browser's order decides.
  wishes.sort((a, b) => b.weight - a.weight);
  const wish = wishes.find(({ weight, language }) => weight > 0 && isSpoken(language));
  return (wish?.language as Language | undefined) ?? "en";
}

function parseWish(text: string): { language: string; weight: number } {
  const [tag = "", ...parameters] = text.split(";").map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
  return { language: tag.split("-")[0] ?? "", weight: weight === undefined ? 1 : Number(weight) || 0 };
}

function isSpoken(language: string): boolean {
  return LANGUAGES.some((spoken) => spoken === language);
}
