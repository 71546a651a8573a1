import type { PolicyReport } from "./evaluate.ts";

/**
 * Reports in which paths count from the folder of the project, as `./conf`: what is said is the same wherever somebody has
 * checked it out, so that a baseline and a fingerprint hold.
 */
export function withoutFolder(
  reports: readonly PolicyReport[],
  folder: string | undefined,
): readonly PolicyReport[] {
  if (folder === undefined || folder === "/") return reports;
  const pattern = new RegExp(`${folder.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\w.-])`, "g");
  const here = (text: string) => (text.includes(folder) ? text.replace(pattern, ".") : text);
  const said = <Found extends { readonly evidence: string }>(found: readonly Found[]) =>
    found.map((one) => ({ ...one, evidence: here(one.evidence) }));
  return reports.map(({ findings, relaxed, waived, notEnforceable, ...report }) => ({
    ...report,
    findings: said(findings),
    relaxed: said(relaxed),
    waived: said(waived),
    notEnforceable: notEnforceable.map((one) => ({ ...one, reason: here(one.reason) })),
  }));
}
