import { type NextRequest, NextResponse } from "next/server";
import { connectSources } from "@/lib/server/addresses";
import { currentSettings } from "@/lib/server/current-settings";
import { allowedHost, type Host } from "@/lib/server/host";
import { contentSecurityPolicy, fixedSecurityHeaders } from "@/lib/server/security-headers";

export default function proxy(request: NextRequest): NextResponse {
  const response = answer(request);
  for (const [name, value] of Object.entries(fixedSecurityHeaders(request.headers)))
    response.headers.set(name, value);
  return response;
}

function answer(request: NextRequest): NextResponse {
  // Probes come by address from inside the network, under no name a list could foresee.
  if (request.nextUrl.pathname === "/healthz") return NextResponse.next();
  const host = allowedHost(request.headers, currentSettings().allowedHosts);
  if (host === undefined) {
    return new NextResponse("unknown host\n", { status: 400, headers: { "Content-Type": "text/plain" } });
  }
  return withPolicy(request, host);
}

/** Next reads the nonce from the policy on the request and puts it on its own script tags. */
function withPolicy(request: NextRequest, host: Host): NextResponse {
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64");
  const isDevelopment = process.env.NODE_ENV === "development";
  const policy = contentSecurityPolicy(nonce, connectSources(currentSettings(), host), isDevelopment);
  const headers = new Headers(request.headers);
  headers.set("Content-Security-Policy", policy);
  headers.set("x-nonce", nonce);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("Content-Security-Policy", policy);
  return response;
}
