export function contentSecurityPolicy(
  nonce: string,
  connect: readonly string[],
  isDevelopment: boolean,
): string {
  // The development server evaluates code for fast refresh and injects style tags; a built page does neither.
  const script = isDevelopment ? ` 'unsafe-eval'` : "";
  const style = isDevelopment ? "'unsafe-inline'" : `'nonce-${nonce}'`;
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${script}`,
    `style-src 'self' ${style}`,
    "img-src 'self' data:",
    "font-src 'self'",
    "manifest-src 'self'",
    `connect-src ${connect.join(" ")}`,
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** Headers of every answer. Strict-Transport-Security is the edge's: only it knows that TLS is there to stay. */
export function fixedSecurityHeaders(request: Headers): Record<string, string> {
  return {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    // Browsers refuse this one over plain HTTP and report it as an error.
    ...(request.get("x-forwarded-proto") === "https" ? { "Cross-Origin-Opener-Policy": "same-origin" } : {}),
  };
}
