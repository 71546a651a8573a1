import { describe, expect, test } from "vitest";
import { commandCredentials } from "../../../policies/facts/command-credentials.ts";

describe("credentials in a command", () => {
  test.each<[string, string[], string[]]>([
    ["an option of its program", ["redis-cli", "-a", "x1", "ping"], ["gives a literal value to -a"]],
    [
      "an option after a full path",
      ["/usr/bin/mosquitto_pub", "--pw", "x1"],
      ["gives a literal value to --pw"],
    ],
    ["a long option of any program", ["check", "--password=x1"], ["gives a literal value to --password"]],
    [
      "a long option with its value apart",
      ["check", "--api-key", "x1"],
      ["gives a literal value to --api-key"],
    ],
    ["a login of curl", ["sh", "-c", 'curl -u "me:x1" localhost'], ["gives a literal value to -u"]],
    [
      "a variable",
      ["sh", "-c", "REDISCLI_AUTH=x1 redis-cli ping"],
      ["sets REDISCLI_AUTH to a literal value"],
    ],
    ["a URL", ["redis-cli", "-u", "redis://:x1@localhost"], ["holds a password in a URL"]],
    ["a header", ["curl", "-H", "Authorization: Bearer x1"], ["holds an Authorization header"]],
  ])("finds %s", (_, command, found) => {
    expect(commandCredentials(command)).toEqual(found);
  });

  test.each<[string, string[]]>([
    ["an option of another program", ["psql", "-a", "-P", "pager=off"]],
    ["a variable that is read", ["sh", "-c", 'redis-cli -a "$REDIS_PASSWORD" ping']],
    ["a file that is read", ["sh", "-c", "redis-cli -a $(cat /run/secrets/redis) ping"]],
    ["a URL with a variable", ["sh", "-c", "redis-cli -u redis://:${REDIS_PASSWORD}@localhost ping"]],
    ["a variable that gets the content of a file", ["sh", "-c", "PGPASSWORD=$(cat /run/p) psql"]],
    ["a header from a variable", ["sh", "-c", 'curl -H "Authorization: Bearer $TOKEN" localhost']],
    ["an option without a value at the end", ["check", "--password"]],
    ["nothing", []],
  ])("leaves %s", (_, command) => {
    expect(commandCredentials(command)).toEqual([]);
  });
});
