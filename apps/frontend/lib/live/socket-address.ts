/** Full address of the socket: a bare path belongs to the page's own origin, plain or TLS as the page is. */
export function socketAddress(socket: string, page: string): string {
  const url = new URL(socket, page);
  url.protocol = url.protocol.replace("http", "ws");
  return url.href;
}
