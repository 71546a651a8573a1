import { describe, expect, test } from "vitest";
import { isPublicName, namesSecret, soundsSecret } from "../../../policies/facts/secret-names.ts";
import { HARMLESS, SECRETS } from "./variable-names.ts";

describe("names of secrets", () => {
  const missed = SECRETS.filter((name) => !soundsSecret(name));
  const wrong = HARMLESS.filter(soundsSecret);
  const found = SECRETS.length - missed.length;

  test("the corpus has more than 150 names, of both sorts, each once", () => {
    expect([SECRETS.length, HARMLESS.length]).toEqual([211, 221]);
    expect(new Set([...SECRETS, ...HARMLESS]).size).toBe(SECRETS.length + HARMLESS.length);
  });

  test("precision 1 and recall 0.995: one name, which ends as names of ids do, is missed", () => {
    expect({ missed, wrong }).toEqual({ missed: ["VAULT_DEV_ROOT_TOKEN_ID"], wrong: [] });
    expect(found / (found + wrong.length)).toBe(1);
    expect(found / SECRETS.length).toBeCloseTo(0.995, 3);
  });

  test("options, labels and files are called alike", () => {
    const names = [
      "api.token",
      "--client-secret",
      "com.example.db-password",
      "redis-password",
      "backend.api-key",
    ];

    expect(names.filter(soundsSecret)).toEqual(names);
    expect(["tls.key", "server.crt", "token.ttl", "password.txt.example", ""].filter(soundsSecret)).toEqual(
      [],
    );
  });

  test("some say that anybody may see their value", () => {
    const names = ["GIT_SHA", "WIREGUARD_PUBLIC_KEY", "OAUTH_CLIENT_ID", "caFingerprint", "BUILD_REV"];

    expect(names.filter(isPublicName)).toEqual(names);
    expect(["CONNECTOR", "SEED", "APP_KEYS"].filter(isPublicName)).toEqual([]);
  });

  test("an expression names one if a word of it does", () => {
    expect(
      ["${random_password.db.result}", "${var.api_key}", "${var.region}", "${docker_network.Data.id}"].map(
        namesSecret,
      ),
    ).toEqual([true, true, false, false]);
  });
});
