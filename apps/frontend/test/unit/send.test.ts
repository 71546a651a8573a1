import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Api } from "@/lib/data/api";
import { sendReading } from "@/lib/data/send";
import { Backend } from "../support/backend";

const READING = { capteur: "temp", valeur: 21.5 };
let backend: Backend;
let api: Api;

beforeEach(async () => {
  backend = new Backend();
  api = new Api(`http://127.0.0.1:${await backend.start()}/api`);
});
afterEach(() => backend.stop());

describe("a reading sent by the page", () => {
  test("goes to the backend under the key that a person gave, and without any otherwise", async () => {
    expect([await sendReading(READING, " key ", api), await sendReading(READING, "", api)]).toEqual([
      "stored",
      "stored",
    ]);
    expect(backend.posts.map(({ headers, body }) => [headers["x-api-key"], body])).toEqual([
      ["key", '{"capteur":"temp","valeur":21.5}'],
      [undefined, '{"capteur":"temp","valeur":21.5}'],
    ]);
  });

  test.each([
    [200, "k", "stored"],
    [400, "k", "invalid"],
    [413, "k", "invalid"],
    [422, "k", "invalid"],
    [401, "", "needKey"],
    [401, " ", "needKey"],
    [401, "k", "refused"],
    [403, "k", "refused"],
    [429, "k", "tooMany"],
    [500, "k", "failed"],
    [302, "k", "failed"],
  ])("answered with %i under the key %j is %s", async (status, key, outcome) => {
    backend.postStatus = status;
    expect(await sendReading(READING, key, api)).toBe(outcome);
  });

  test("is reported as not confirmed when the backend is away", async () => {
    await backend.stop();
    expect(await sendReading(READING, "", api)).toBe("unreachable");
  });
});

describe("messages that held no reading", () => {
  test.each([
    [
      { gardes: 3, dernier: "2026-01-01T00:00:00Z" },
      { count: 3, last: Date.UTC(2026, 0, 1) },
    ],
    [{ gardes: 0, dernier: null }, undefined],
  ])("%o are read as %o", async (state, expected) => {
    backend.rejects = state;
    expect(await api.rejects()).toEqual(expected);
  });
});
