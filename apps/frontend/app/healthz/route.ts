// Says that this process answers, and nothing of the backend: a restart here would not fix a fault there.
export function GET(): Response {
  return new Response("ok", { headers: { "Content-Type": "text/plain", "Cache-Control": "no-store" } });
}
