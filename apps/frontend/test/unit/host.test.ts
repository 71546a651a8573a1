import { describe, expect, test } from "vitest";
import { allowedHost, parseHost } from "@/lib/server/host";

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
