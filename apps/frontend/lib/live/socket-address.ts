/**
 * Full address of the socket: a bare path belongs to the page's own origin, plain or TLS as the page is. It asks for
 * the state of the chain and for alarms too; a backend that knows of neither sends readings alone.
 */
export function socketAddress(socket: string, page: string): string {
  const url = new URL(socket, page);
  url.protocol = url.protocol.replace("http", "ws");
  url.searchParams.set("chaine", "1");
  return url.href;
}
