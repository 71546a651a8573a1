const NAMES = ["courtier", "ingestion", "base", "redis", "api", "socket"] as const;
export type HopName = (typeof NAMES)[number];

export interface HopAnswer {
  readonly etat: "ok" | "panne" | "inconnu";
  readonly raison?: string;
  readonly depuis?: string;
}

/** An answer of `/chaine`: every hop works but those that are given. */
export function chainOf(others: Partial<Record<HopName, HopAnswer>> = {}) {
  const maillons = NAMES.map((nom) => {
    const { etat, raison = null, depuis = null } = others[nom] ?? { etat: "ok" };
    return { nom, etat, raison, depuis, dernier: etat === "inconnu" ? null : "2026-01-01T12:00:00Z" };
  });
  return { complete: maillons.every(({ etat }) => etat === "ok"), maillons };
}
