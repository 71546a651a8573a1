import { readFileSync } from "node:fs";
import { get } from "node:https";
import { rootCertificates } from "node:tls";
import { type Finding, ok, problem } from "../../runners/doctor/finding.ts";
import type { Deployment } from "../../services/deployment.ts";

const LIMIT_MS = 5000;

/** Whether the directory of the CA answers as RFC 8555 says, where certificates come from one. */
export async function acmeDirectory({ tls }: Deployment): Promise<Finding> {
  const { certificate } = tls;
  if (certificate.source !== "acme")
    return ok("acme.directory", `no CA is asked: certificates are ${certificate.source}`);
  try {
    const body = await fetched(certificate.directory, certificate.ca);
    const { newOrder } = JSON.parse(body) as { readonly newOrder?: unknown };
    if (typeof newOrder === "string") return ok("acme.directory", `${certificate.directory} answers`);
    return problem(
      "acme.directory",
      `${certificate.directory} answers, but is no ACME directory`,
      "check tls.certificate.directory",
    );
  } catch (error) {
    return problem(
      "acme.directory",
      `${certificate.directory}: ${(error as Error).message}`,
      "check tls.certificate.directory, and that this machine reaches it; the renewer asks it from the engine's",
    );
  }
}

function fetched(url: string, ca: string | undefined): Promise<string> {
  const trusted = ca === undefined ? {} : { ca: [...rootCertificates, readFileSync(ca, "utf8")] };
  return new Promise((resolve, reject) => {
    const asked = get(url, { ...trusted, timeout: LIMIT_MS }, (answer) => {
      let body = "";
      answer.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      answer.on("end", () =>
        answer.statusCode === 200 ? resolve(body) : reject(new Error(`answered ${answer.statusCode}`)),
      );
    });
    asked.on("timeout", () => asked.destroy(new Error(`no answer within ${LIMIT_MS / 1000} s`)));
    asked.on("error", reject);
  });
}
