import type { Answer } from "@/lib/data/send";
import type { Allowance } from "./allowance";
import { forward, parseNewReading } from "./forward";
import { allowedHost } from "./host";
import { readBody } from "./read-body";
import { isSameOrigin } from "./same-origin";
import { fixedSecurityHeaders } from "./security-headers";
import type { Settings } from "./settings";

const LARGEST_BODY = 1_024;

const STATUS: Readonly<Record<Answer, number>> = {
  stored: 201,
  invalid: 422,
  "too-many": 429,
  refused: 502,
  unreachable: 504,
  "not-configured": 503,
  failed: 502,
};

interface Judgement {
  readonly status: number;
  readonly outcome: string;
}

/** One reading from the page's form: checked, then sent on. */
export async function receive(request: Request, settings: Settings, allowance: Allowance): Promise<Response> {
  const { status, outcome } = await judge(request, settings, allowance);
  const headers = { ...fixedSecurityHeaders(request.headers), "Cache-Control": "no-store" };
  return Response.json(
    { outcome },
    { status, headers: status === 429 ? { ...headers, "Retry-After": "1" } : headers },
  );
}

async function judge(request: Request, settings: Settings, allowance: Allowance): Promise<Judgement> {
  const host = allowedHost(request.headers, settings.allowedHosts);
  if (host === undefined) return { status: 400, outcome: "unknown-host" };
  if (!isSameOrigin(request.headers, host)) return { status: 403, outcome: "foreign-origin" };
  if (!isJson(request.headers)) return { status: 415, outcome: "not-json" };
  const body = await readBody(request, LARGEST_BODY);
  if (body === undefined) return { status: 413, outcome: "too-large" };
  const reading = parseNewReading(body);
  if (reading === undefined) return { status: 422, outcome: "invalid" };
  if (!allowance.take(Date.now())) return { status: 429, outcome: "too-many" };
  const answer = await forward(reading, settings);
  return { status: STATUS[answer], outcome: answer };
}

function isJson(headers: Headers): boolean {
  return /^application\/json\s*(;|$)/i.test(headers.get("content-type") ?? "");
}
