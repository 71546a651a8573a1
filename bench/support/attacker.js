// attacker.js JSON: opens connections as fast as it can and holds them, as nobody with good intentions would.
//   { host, port, connections, sources: [address], kind: "silent" | "handshake" | "connect", seconds }
// Prints one line of JSON when `seconds` have passed: tried, opened (so many were ever open at once), held (at the end).
// Of a lower priority than the clients that are measured: an attacker would be on another machine, and here shares the cores.
// For addresses in network namespaces of one's own, and nowhere else.
import { connect } from "node:net";
import { getPriority, setPriority } from "node:os";
import { Duplex } from "node:stream";
import { connect as connectTls } from "node:tls";

/** Connections that wait for an answer at a time: all at once, they would only wait for each other. */
const WAITING = 4_000;

/** Kinds of connections, none of which needs credentials. */
const KINDS = {
  /** Sends nothing. @type {(socket: import("node:net").Socket) => void} */
  silent: () => {},

  /** Begins a TLS handshake, and leaves it at that. @type {(socket: import("node:net").Socket) => void} */
  handshake: (socket) => socket.write(hello),

  /** Ends the TLS handshake, and sends the beginning of an MQTT CONNECT. @type {(socket: import("node:net").Socket) => void} */
  connect: (socket) => {
    const secure = connectTls({ socket, rejectUnauthorized: false }, () =>
      secure.write(Buffer.from("101a00044d515454", "hex")),
    );
    secure.on("error", () => {});
  },
};

setPriority(Math.min(19, getPriority() + 10));
const { host, port, connections, sources, kind, seconds } = JSON.parse(process.argv[2] ?? "{}");
const hello = await clientHello();
const begin = KINDS[/** @type {keyof typeof KINDS} */ (kind)];
let [tried, waiting, open, opened] = [0, 0, 0, 0];

const timer = setInterval(more, 10);
setTimeout(() => {
  clearInterval(timer);
  console.log(JSON.stringify({ tried, opened, held: open }));
  process.exit();
}, seconds * 1000);

/** A connection that is refused without a word gives its place to the next try. */
function more() {
  for (; tried < connections && waiting < WAITING; tried += 1) attempt(sources[tried % sources.length]);
}

/** @param {string} localAddress */
function attempt(localAddress) {
  waiting += 1;
  let isOpen = false;
  const socket = connect({ host, port, localAddress });
  const giveUp = setTimeout(() => socket.destroy(), 2_000);
  socket.on("connect", () => {
    clearTimeout(giveUp);
    isOpen = true;
    waiting -= 1;
    open += 1;
    opened = Math.max(opened, open);
    begin(socket);
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    clearTimeout(giveUp);
    if (isOpen) open -= 1;
    else waiting -= 1;
  });
}

/** The first bytes of a TLS client. @returns {Promise<Buffer>} */
function clientHello() {
  return new Promise((resolve) => {
    const socket = new Duplex({
      read() {},
      write(chunk, _encoding, done) {
        resolve(chunk);
        done();
      },
    });
    connectTls({ socket, servername: "localhost" }).on("error", () => {});
  });
}
