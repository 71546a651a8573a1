import { describe, expect, test } from "vitest";
import { readSettings, SettingsError } from "@/lib/server/settings";

describe("settings", () => {
  test("without an environment are those of a local try, closed to other hosts", () => {
    expect(readSettings({})).toEqual({
      publicBackendUrl: "",
      apiPrefix: "/api",
      allowedHosts: ["localhost", "127.0.0.1", "[::1]"],
      trustedProxies: [],
      connectionsPerClient: 100,
      silentAfterSeconds: undefined,
    });
  });

  test("are read from the environment, without final slashes and in lower case", () => {
    const env = {
      PUBLIC_BACKEND_URL: "http://{host}:8000/",
      PUBLIC_API_PREFIX: "/v1/api/",
      ALLOWED_HOSTS: "IoT.example.org, [::1],FD00::10,*",
      TRUSTED_PROXIES: "172.30.1.2",
      SILENT_AFTER_SECONDS: "300",
      MAX_CONNECTIONS_PER_CLIENT: "300",
    };
    expect(readSettings(env)).toEqual({
      publicBackendUrl: "http://{host}:8000",
      apiPrefix: "/v1/api",
      allowedHosts: ["iot.example.org", "[::1]", "[fd00::10]", "*"],
      trustedProxies: ["172.30.1.2"],
      connectionsPerClient: 300,
      silentAfterSeconds: 300,
    });
  });

  test("allow an empty prefix, for a backend that answers at the root", () => {
    expect(readSettings({ PUBLIC_API_PREFIX: "" }).apiPrefix).toBe("");
  });

  test.each([
    "http://localhost:8000",
    "https://iot.example.org",
    "http://{host}",
    "http://[::1]:8000",
    "https://a:443",
  ])("accept the address %s", (url) => {
    expect(readSettings({ PUBLIC_BACKEND_URL: url }).publicBackendUrl).toBe(url);
  });

  test.each([
    "backend:8000",
    "ftp://backend",
    "http://backend/api",
    "http://user@backend",
    "http://a; script-src *",
    "http://a,http://b",
    "http://a?x",
    "//backend",
  ])("reject the address %s", (url) => {
    expect(() => readSettings({ PUBLIC_BACKEND_URL: url })).toThrow(
      `PUBLIC_BACKEND_URL: "${url}" is not an address`,
    );
  });

  test("report all problems at once, each with the value, what is allowed and what to write", () => {
    const env = {
      PUBLIC_API_PREFIX: "api",
      ALLOWED_HOSTS: "a:80,b",
      TRUSTED_PROXIES: "edge",
      SILENT_AFTER_SECONDS: "1.5",
    };
    expect(() => readSettings(env)).toThrow(
      new SettingsError([
        'PUBLIC_API_PREFIX: "api" is not a path; allowed are letters, digits and ._~- after each slash; write for example /api',
        'ALLOWED_HOSTS: "a:80" is not a host name; allowed are names and addresses without scheme or port; write for example iot.example.org',
        'TRUSTED_PROXIES: "edge" is not an IP address; allowed are addresses, separated by commas; write for example 172.30.1.2',
        'SILENT_AFTER_SECONDS: "1.5" is not a duration; allowed are whole seconds from 1 to 604800',
      ]),
    );
  });
});
