import { execFile, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { projectRoot } from "../../core/home.ts";
import { makeAuthority, makeServerPair } from "../../pki/x509.ts";
import { until } from "../support/until.ts";

const compiler = ["cc", "gcc", "clang"].find((name) => spawnSync(name, ["--version"]).status === 0);
const sources = join(projectRoot, "images", "probe");
const folder = mkdtempSync(join(tmpdir(), "exploreiot-probe-"));
const program = join(folder, "probe");

/** The address that the probe connects to: the first of this machine that is not loopback. */
const [own = ""] = Object.values(networkInterfaces())
  .flatMap((entries) => entries ?? [])
  .filter(({ family, internal }) => family === "IPv4" && !internal)
  .map(({ address }) => address);

interface Answer {
  readonly code: number;
  readonly said: string;
}

const probe = (...args: readonly (string | number)[]): Promise<Answer> =>
  new Promise((resolve) =>
    execFile(program, args.map(String), (error, stdout) =>
      resolve({ code: Number(error?.code ?? 0), said: stdout.trimEnd() }),
    ),
  );

async function portOf<T extends Server>(server: T, host = "0.0.0.0"): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  // A probe that has seen enough resets what is still on the way.
  server.on("connection", (socket) => socket.on("error", () => undefined));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

afterAll(() => rmSync(folder, { recursive: true }));

/** Empty for a process that is gone. */
function statusOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return "";
  }
}

const skipped = compiler === undefined ? "no C compiler" : own === "" ? "no network" : undefined;

describe.skipIf(skipped)(
  `the program that probes${skipped === undefined ? "" : ` [skipped: ${skipped}]`}`,
  () => {
    beforeAll(() => {
      const files = readdirSync(sources).filter((name) => name.endsWith(".c"));
      const flags = ["-std=c17", "-Wall", "-Wextra", "-Werror", "-o", program];
      const { stderr } = spawnSync(compiler as string, [
        ...flags,
        ...files.map((name) => join(sources, name)),
      ]);
      expect(String(stderr)).toBe("");
    });

    describe("asks for a path", () => {
      const asked: string[] = [];
      const answering = (status: number) =>
        createHttpServer((request, response) => {
          asked.push(
            `${request.method} ${request.url} ${request.headers.host} ${request.socket.remoteAddress}`,
          );
          response.writeHead(status).end();
        });

      test("at the address at which others reach it, by the name that users type", async () => {
        asked.length = 0;
        const port = await portOf(answering(204));

        expect(await probe("http", port, "/healthz?deep=1&x=y", "iot.example.org", 3)).toEqual({
          code: 0,
          said: "GET /healthz?deep=1&x=y: 204 No Content",
        });
        expect(asked).toEqual([`GET /healthz?deep=1&x=y iot.example.org ${own}`]);
      });

      test.each([
        [200, 0, "GET /h: 200 OK"],
        [302, 0, "GET /h: 302 Found"],
        [400, 1, "GET /h: 400 Bad Request (asked as Host: x.test)"],
        [403, 1, "GET /h: 403 Forbidden (asked as Host: x.test)"],
        [404, 1, "GET /h: 404 Not Found"],
        [421, 1, "GET /h: 421 Misdirected Request (asked as Host: x.test)"],
        [503, 1, "GET /h: 503 Service Unavailable"],
      ])("and names the answer %d", async (status, code, said) => {
        const port = await portOf(answering(status));

        expect(await probe("http", port, "/h", "x.test", 3)).toEqual({ code, said });
      });

      test("and says that nothing listens", async () => {
        const server = createServer();
        const port = await portOf(server);
        await new Promise((resolve) => server.close(resolve));

        const said = `connection refused at ${own}:${port}: nothing listens on this port`;
        expect(await probe("http", port, "/h", "x.test", 3)).toEqual({ code: 1, said });
      });

      test.each(["127.0.0.1", "::1"])("and refuses what listens on %s alone, saying so", async (loopback) => {
        const port = await portOf(answering(200), loopback);

        const said = `connection refused at ${own}:${port}: the program listens on loopback only, so its clients are refused; let it listen on 0.0.0.0`;
        expect(await probe("http", port, "/h", "x.test", 3)).toEqual({ code: 1, said });
      });

      // On a busy machine the start of the program can take longer than the 0.25 s that are left for it.
      test("and says that there was no answer, before the engine's time limit is over", {
        retry: 2,
      }, async () => {
        const port = await portOf(createServer());
        const before = Date.now();

        const said = "GET /h: no answer within 1 s";
        expect(await probe("http", port, "/h", "x.test", 1)).toEqual({ code: 1, said });
        expect(Date.now() - before).toBeLessThan(1000);
      });

      test("and says that it was cut off, or answered in another language", async () => {
        const closing = await portOf(createServer((socket) => socket.end()));
        const other = await portOf(createServer((socket) => socket.end("\u0015\u0003\u0003\nmore\n")));

        const cut = "GET /h: the connection was closed without an answer";
        expect(await probe("http", closing, "/h", "x.test", 3)).toEqual({ code: 1, said: cut });
        const said = 'GET /h: the answer is not HTTP: "???"';
        expect(await probe("http", other, "/h", "x.test", 3)).toEqual({ code: 1, said });
      });
    });

    describe("connects to a port", () => {
      test("and lets a command decide", async () => {
        const port = await portOf(createServer());

        expect([
          await probe("tcp", port, 3),
          await probe("tcp", port, 3, "sh", "-c", "echo $0 is ready; exit 7", "the store"),
          await probe("tcp", port, 3, "no-such-program"),
        ]).toEqual([
          { code: 0, said: "" },
          { code: 7, said: "the store is ready" },
          { code: 1, said: "no-such-program: No such file or directory" },
        ]);
      });

      test("and asks nothing more where it is shut", async () => {
        const port = await portOf(createServer(), "127.0.0.1");

        expect(await probe("tcp", port, 3, "echo", "ready")).toEqual({
          code: 1,
          said: `connection refused at ${own}:${port}: the program listens on loopback only, so its clients are refused; let it listen on 0.0.0.0`,
        });
      });
    });

    describe("asks a port for a certificate", () => {
      test("and then lets a command decide", async () => {
        const authority = await makeAuthority("test CA");
        const { key, certificate: cert } = await makeServerPair("test", ["localhost"], authority);
        const port = await portOf(createTlsServer({ key, cert }));

        expect([await probe("tls", port, 3), await probe("tls", port, 3, "sh", "-c", "exit 7")]).toEqual([
          { code: 0, said: "" },
          { code: 7, said: "" },
        ]);
      });

      test("and names a server that has none, one that speaks no TLS, and one that is silent", async () => {
        const none = await portOf(createTlsServer({}));
        const plain = await portOf(createServer((socket) => socket.end("no TLS\n")));
        const silent = await portOf(createServer());

        expect([
          await probe("tls", none, 3),
          await probe("tls", plain, 3),
          await probe("tls", silent, 1),
        ]).toEqual([
          { code: 1, said: "TLS: the server refuses the handshake (alert 40); it may have no certificate" },
          { code: 1, said: "TLS: the server does not answer with a certificate" },
          { code: 1, said: "TLS: the server does not answer with a certificate" },
        ]);
      });
    });

    describe("relays", () => {
      const relayed = (port: number, said: string) =>
        spawnSync(program, ["relay", String(port)], { input: said, encoding: "utf8", timeout: 10_000 });

      test("both ways, and the end of what was said", async () => {
        const server = join(folder, "echo.mjs");
        writeFileSync(
          server,
          `import { createServer } from "node:net";
           const server = createServer({ allowHalfOpen: true }, (socket) => {
             let all = "";
             socket.on("data", (data) => (all += data)).on("end", () => socket.end(all + "|" + all.length, () => server.close()));
           });
           server.listen(0, "0.0.0.0", () => console.log(server.address().port));`,
        );
        const child = spawn(process.execPath, [server]);
        const port = Number(await new Promise((resolve) => child.stdout.once("data", resolve)));
        const long = "x".repeat(300_000);

        expect(relayed(port, long)).toMatchObject({ status: 0, stdout: `${long}|300000`, stderr: "" });
      });

      test("nothing where nobody listens, and says why apart from what the service says", async () => {
        const port = await portOf(createServer(), "127.0.0.1");

        expect(relayed(port, "hello")).toMatchObject({
          status: 1,
          stdout: "",
          stderr: `connection refused at ${own}:${port}: the program listens on loopback only, so its clients are refused; let it listen on 0.0.0.0\n`,
        });
      });
    });

    describe("starts a program alone in a folder", () => {
      test("and another one there only when that has ended, with what it started", async () => {
        const place = mkdtempSync(join(folder, "alone-"));
        const start = (script: string) => spawn(program, ["alone", place, "sh", "-c", script]);
        const first = start("sleep 60 & echo $!; exec sleep 60");
        const kept = Number(await new Promise((resolve) => first.stdout.once("data", resolve)));
        const second = start("echo in");
        const said: string[] = [];
        second.stdout.on("data", (text) => said.push(String(text)));
        const ended = new Promise((resolve) => second.once("exit", resolve));

        expect(String(await new Promise((resolve) => second.stderr.once("data", resolve)))).toBe(
          `${place}: another container still has it; waiting for its end\n`,
        );
        first.kill();
        await new Promise((resolve) => first.once("exit", resolve));
        expect([said, second.exitCode]).toEqual([[], null]);
        process.kill(kept);
        expect([await ended, said]).toEqual([0, ["in\n"]]);
      });

      test("and not at all where there is no such folder, or no such program", () => {
        const started = (...args: readonly string[]) => {
          const { status, stderr } = spawnSync(program, ["alone", ...args], { encoding: "utf8" });
          return { status, stderr };
        };

        expect(started("/nowhere", "true")).toEqual({
          status: 1,
          stderr: "/nowhere: No such file or directory\n",
        });
        expect(started(folder, "nothing-of-this-name")).toEqual({
          status: 1,
          stderr: "nothing-of-this-name: No such file or directory\n",
        });
      });
    });

    describe("looks for a process", () => {
      const NAME = `probed-${process.pid}`;

      test("by the name of a program's argument, without its folder", async () => {
        const child = spawn("sh", ["-c", "read wait", `/somewhere/${NAME}`], { stdio: "pipe" });
        onTestFinished(() => void child.kill("SIGKILL"));

        expect(await probe("process", NAME)).toEqual({ code: 0, said: "" });
        child.kill("SIGSTOP");
        // The signal takes effect when the process is next on a processor.
        await until("it is stopped", async () =>
          /\) T /.test(readFileSync(`/proc/${child.pid}/stat`, "utf8")),
        );
        const said = `the process ${NAME} is stopped by a signal`;
        expect(await probe("process", NAME)).toEqual({ code: 1, said });
      });

      test("and says which ones there are instead; its own name in its arguments is no process", async () => {
        const { code, said } = await probe("process", NAME);

        expect(code).toBe(1);
        expect(said).toMatch(new RegExp(`^no process ${NAME} runs; there is( \\S+)+`));
      });
    });

    describe("asks again and again", () => {
      /** By which it knows that the service has worked since the container was started. */
      const KNOWN = "/dev/shm/exploreiot-probe";
      const flag = join(folder, "works");
      const count = join(folder, "count");
      const check = ["run", "sh", "-c", `echo >>${count}; echo asked; test -e ${flag}`];
      const asked = () => readFileSync(count, "utf8").length;
      beforeEach(() => {
        for (const file of [KNOWN, count]) rmSync(file, { force: true });
        writeFileSync(flag, "");
      });
      afterEach(() => rmSync(KNOWN, { force: true }));

      test("but not before the service has worked once: the first answer counts at once", async () => {
        expect(await probe("steady", 100, 60_000, 2, ...check)).toEqual({ code: 0, said: "asked" });
        expect([asked(), existsSync(KNOWN)]).toEqual([1, true]);
      });

      test("and stands for the whole window with one answer while the service works", async () => {
        await probe("steady", 100, 60_000, 2, ...check);
        expect(await probe("steady", 10, 100, 2, ...check)).toEqual({ code: 0, said: "asked" });
        expect(asked()).toBeGreaterThan(3);
      });

      test("and ends as soon as the service fails, then asks once each time", async () => {
        await probe("steady", 100, 60_000, 2, ...check);
        const answer = probe("steady", 20, 60_000, 2, ...check);
        await until("it has asked", async () => asked() > 2);
        rmSync(flag);

        expect(await answer).toEqual({ code: 1, said: "asked" });
        expect(existsSync(KNOWN)).toBe(false);
        expect(await probe("steady", 20, 60_000, 2, ...check)).toEqual({ code: 1, said: "asked" });
      });

      test("and takes no answer in time for a no, and ends the check with all that it started", async () => {
        const slow = ["run", "sh", "-c", `echo hello; sleep 61 & echo $! >${count}; sleep 61`];

        expect(await probe("steady", 100, 60_000, 1, ...slow)).toEqual({
          code: 1,
          said: "hello\nno answer within 1 s",
        });
        const pid = readFileSync(count, "utf8").trim();
        await until("it has ended", async () => /^State:\s+Z|^$/m.test(statusOf(pid)));
      });

      test("with the other checks: a path, a port, a process", async () => {
        expect(await probe("steady", 10, 20, 2, "process", "nobody-is-called-so")).toMatchObject({ code: 1 });
        expect(await probe("steady", 10, 20, 2, "run", "/nowhere/program")).toEqual({
          code: 1,
          said: "/nowhere/program: No such file or directory",
        });
      });
    });

    test.each([[[]], [["http", "1"]], [["tcp", "1"]], [["process"]], [["x", "y", "z"]]])(
      "does not guess what %j means",
      async (args) => {
        expect(await probe(...args)).toEqual({ code: 2, said: "" });
      },
    );
  },
);
