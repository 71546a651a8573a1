import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Allowance } from "@/lib/server/allowance";
import { receive } from "@/lib/server/receive";
import { readSettings } from "@/lib/server/settings";
import { Backend } from "../support/backend";

let backend: Backend;
let folder: string;
let environment: Record<string, string>;

beforeEach(async () => {
  backend = new Backend();
  folder = await mkdtemp(join(tmpdir(), "frontend-"));
  environment = {
    BACKEND_INTERNAL_URL: `http://127.0.0.1:${await backend.start()}`,
    ALLOWED_HOSTS: "page.example",
  };
});

afterEach(async () => {
  await backend.stop();
  await rm(folder, { recursive: true });
});

const PAGE = { host: "page.example", origin: "http://page.example", "content-type": "application/json" };

async function send(
  body: BodyInit,
  headers: Record<string, string> = PAGE,
  allowance = new Allowance(9, 1, 0),
) {
  const init = { method: "POST", headers, body, duplex: "half" } as RequestInit;
  const response = await receive(
    new Request("http://page.example/lectures", init),
    readSettings(environment),
    allowance,
  );
  return [response.status, ((await response.json()) as { outcome: string }).outcome];
}

describe("a reading sent by the page", () => {
  test("is forwarded with the key of this server and nothing else of the request", async () => {
    await writeFile(join(folder, "key"), "secret\n");
    environment.BACKEND_API_KEY_FILE = join(folder, "key");
    const answer = await send('{"capteur":" temp ","valeur":21.5,"horodatage":"x","admin":true}', {
      ...PAGE,
      cookie: "a=b",
      "x-api-key": "forged",
    });
    expect(answer).toEqual([201, "stored"]);
    expect(backend.posts.map(({ headers, body }) => [headers["x-api-key"], headers.cookie, body])).toEqual([
      ["secret", undefined, '{"capteur":"temp","valeur":21.5}'],
    ]);
  });

  test("is forwarded without a key where none is set", async () => {
    expect(await send('{"capteur":"temp","valeur":-1}')).toEqual([201, "stored"]);
    expect(backend.posts.map(({ headers }) => headers["x-api-key"])).toEqual([undefined]);
  });

  test("goes out with the new key as soon as the file holds it", async () => {
    environment.BACKEND_API_KEY_FILE = join(folder, "key");
    await writeFile(join(folder, "key"), "old");
    await send('{"capteur":"a","valeur":1}');
    await writeFile(join(folder, "key"), "new");
    await send('{"capteur":"a","valeur":1}');
    expect(backend.posts.map(({ headers }) => headers["x-api-key"])).toEqual(["old", "new"]);
  });

  test.each([
    [201, 201, "stored"],
    [400, 422, "invalid"],
    [422, 422, "invalid"],
    [401, 502, "refused"],
    [403, 502, "refused"],
    [429, 429, "too-many"],
    [500, 502, "failed"],
    [302, 502, "failed"],
  ])("answers a backend's %i with %i %s", async (status, expected, outcome) => {
    backend.postStatus = status;
    expect(await send('{"capteur":"a","valeur":1}')).toEqual([expected, outcome]);
  });

  test("is reported as not confirmed when the backend is away", async () => {
    await backend.stop();
    expect(await send('{"capteur":"a","valeur":1}')).toEqual([504, "unreachable"]);
  });

  test.each(["missing", "empty"])("is not sent when the key file is %s", async (kind) => {
    if (kind === "empty") await writeFile(join(folder, kind), "\n");
    environment.BACKEND_API_KEY_FILE = join(folder, kind);
    expect(await send('{"capteur":"a","valeur":1}')).toEqual([503, "not-configured"]);
    expect(backend.posts).toEqual([]);
  });
});

describe("refused before the backend hears of it:", () => {
  const good = '{"capteur":"a","valeur":1}';
  const stream = () => new Blob([" ".repeat(5000)]).stream();
  test.each([
    ["another host", good, { ...PAGE, host: "evil.example" }, 400, "unknown-host"],
    ["another origin", good, { ...PAGE, origin: "http://evil.example" }, 403, "foreign-origin"],
    ["no origin", good, { host: PAGE.host, "content-type": "application/json" }, 403, "foreign-origin"],
    ["a form's content type", good, { ...PAGE, "content-type": "text/plain" }, 415, "not-json"],
    ["a type that only begins so", good, { ...PAGE, "content-type": "application/jsonx" }, 415, "not-json"],
    ["a body with too great a length", good, { ...PAGE, "content-length": "1025" }, 413, "too-large"],
    ["a stream that grows too large", stream(), PAGE, 413, "too-large"],
    ["no JSON", "{", PAGE, 422, "invalid"],
    ["a list", "[]", PAGE, 422, "invalid"],
    ["null", "null", PAGE, 422, "invalid"],
    ["an empty name", '{"capteur":" ","valeur":1}', PAGE, 422, "invalid"],
    ["a name of 129 letters", `{"capteur":"${"a".repeat(129)}","valeur":1}`, PAGE, 422, "invalid"],
    ["a value in quotes", '{"capteur":"a","valeur":"1"}', PAGE, 422, "invalid"],
    ["an infinite value", '{"capteur":"a","valeur":1e999}', PAGE, 422, "invalid"],
  ])("%s", async (_name, body, headers, status, outcome) => {
    expect(await send(body, headers as Record<string, string>)).toEqual([status, outcome]);
    expect(backend.posts).toEqual([]);
  });

  test("more readings than the allowance, which comes back with time", async () => {
    const allowance = new Allowance(2, 5, Date.now());
    const answers = [
      await send(good, PAGE, allowance),
      await send(good, PAGE, allowance),
      await send(good, PAGE, allowance),
    ];
    expect(answers.map(([status]) => status)).toEqual([201, 201, 429]);
    expect(allowance.take(Date.now() + 1_000)).toBe(true);
    expect(backend.posts.length).toBe(2);
  });
});
