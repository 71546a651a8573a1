import { describe, expect, test } from "vitest";
import { socketAddress } from "@/lib/live/socket-address";
import { connectSources, publicSettings } from "@/lib/server/addresses";
import { parseHost } from "@/lib/server/host";
import { contentSecurityPolicy, fixedSecurityHeaders } from "@/lib/server/security-headers";
import { readSettings } from "@/lib/server/settings";

const at = (host: string, env: Record<string, string>) =>
  [readSettings(env), parseHost(host) as NonNullable<ReturnType<typeof parseHost>>] as const;

describe("addresses for the browser", () => {
  test("take the host name of the request, and the port of the setting", () => {
    const asked = at("192.168.1.10:3000", { PUBLIC_BACKEND_URL: "http://{host}:8000" });
    expect(publicSettings(...asked)).toEqual({
      api: "http://192.168.1.10:8000/api",
      socket: "ws://192.168.1.10:8000/ws",
      silentAfterSeconds: undefined,
    });
    expect(connectSources(...asked)).toEqual([
      "'self'",
      "http://192.168.1.10:8000",
      "ws://192.168.1.10:8000",
    ]);
  });

  test("keep the brackets of an IPv6 address", () => {
    const asked = at("[::1]:3000", { PUBLIC_BACKEND_URL: "http://{host}:8000" });
    expect(publicSettings(...asked).api).toBe("http://[::1]:8000/api");
  });

  test("turn https into wss", () => {
    const asked = at("a", { PUBLIC_BACKEND_URL: "https://api.example.org" });
    expect(publicSettings(...asked).socket).toBe("wss://api.example.org/ws");
  });

  test("are bare paths where the backend shares the origin", () => {
    const asked = at("iot.example.org", {});
    expect(publicSettings(...asked)).toEqual({ api: "/api", socket: "/ws", silentAfterSeconds: undefined });
    expect(connectSources(...asked)).toEqual(["'self'", "ws://iot.example.org", "wss://iot.example.org"]);
  });

  test.each([
    ["/ws", "https://iot.example.org/?sensor=a", "wss://iot.example.org/ws?chaine=1"],
    ["/ws", "http://localhost:3000/", "ws://localhost:3000/ws?chaine=1"],
    ["ws://h:8000/ws", "http://localhost:3000/", "ws://h:8000/ws?chaine=1"],
  ])("the socket %s on the page %s is %s", (socket, page, full) => {
    expect(socketAddress(socket, page)).toBe(full);
  });
});

describe("security headers", () => {
  test("the policy of a built page has no unsafe word", () => {
    expect(contentSecurityPolicy("bm9uY2U=", ["'self'", "http://h:8000", "ws://h:8000"], false)).toBe(
      "default-src 'none'; script-src 'self' 'nonce-bm9uY2U=' 'strict-dynamic'; style-src 'self' 'nonce-bm9uY2U='; " +
        "img-src 'self' data:; font-src 'self'; manifest-src 'self'; connect-src 'self' http://h:8000 ws://h:8000; " +
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    );
  });

  test("the opener policy is sent only where browsers heed it", () => {
    const names = (headers: Record<string, string>) =>
      Object.keys(fixedSecurityHeaders(new Headers(headers)));
    const always = [
      "X-Content-Type-Options",
      "X-Frame-Options",
      "Referrer-Policy",
      "Cross-Origin-Resource-Policy",
      "Permissions-Policy",
    ];
    expect(names({})).toEqual(always);
    expect(names({ "x-forwarded-proto": "https" })).toEqual([...always, "Cross-Origin-Opener-Policy"]);
  });
});
