import { describe, expect, test } from "vitest";
import { allowedHost, parseHost } from "@/lib/server/host";
import { isSameOrigin } from "@/lib/server/same-origin";

describe("a Host header", () => {
  test.each([
    ["localhost:3000", "localhost", "localhost:3000"],
    ["IoT.Example.org", "iot.example.org", "iot.example.org"],
    ["192.168.1.10:80", "192.168.1.10", "192.168.1.10:80"],
    ["[::1]:3000", "[::1]", "[::1]:3000"],
    ["raspberry_pi", "raspberry_pi", "raspberry_pi"],
  ])("%s is read as a name and an authority", (header, name, authority) => {
    expect(parseHost(header)).toEqual({ name, authority });
  });

  test.each([
    null,
    "",
    "a b",
    "a;b",
    'a"b',
    "a/b",
    "a@b",
    "a:b",
    "a:123456",
    "[::1",
    "::1",
    "-a",
    "a,b",
    "a'b",
    "é",
  ])("%s is refused", (header) => {
    expect(parseHost(header)).toBeUndefined();
  });
});

describe("the list of hosts", () => {
  const asked = (host: string, allowed: string[]) => allowedHost(new Headers({ host }), allowed)?.name;

  test("lets a listed name through on any port", () => {
    expect(asked("iot.example.org:3000", ["iot.example.org"])).toBe("iot.example.org");
  });

  test("refuses another name, a sub-domain and a longer name", () => {
    const answers = ["evil.example", "x.iot.example.org", "iot.example.org.evil.example"].map((host) =>
      asked(host, ["iot.example.org"]),
    );
    expect(answers).toEqual([undefined, undefined, undefined]);
  });

  test("with a star lets any well-formed name through, and no other", () => {
    expect([asked("anything", ["*"]), asked("a;b", ["*"])]).toEqual(["anything", undefined]);
  });
});

describe("same origin", () => {
  const host = { name: "iot.example.org", authority: "iot.example.org:3000" };
  const judged = (headers: Record<string, string>) => isSameOrigin(new Headers(headers), host);

  test.each([
    { origin: "http://iot.example.org:3000" },
    { origin: "https://IOT.example.org:3000" },
    { origin: "http://iot.example.org:3000", "sec-fetch-site": "same-origin" },
  ])("holds for %o", (headers) => {
    expect(judged(headers)).toBe(true);
  });

  test.each([
    {},
    { origin: "null" },
    { origin: "http://iot.example.org" },
    { origin: "http://evil.example" },
    { origin: "http://iot.example.org:3000.evil.example" },
    { origin: "http://iot.example.org:3000", "sec-fetch-site": "cross-site" },
    { origin: "http://iot.example.org:3000", "sec-fetch-site": "none" },
  ])("does not hold for %o", (headers) => {
    expect(judged(headers as Record<string, string>)).toBe(false);
  });
});
