import { describe, expect, test } from "vitest";
import { compareClocks } from "../../../runners/preflight/clock.ts";
import { nameProblems } from "../../../runners/preflight/names.ts";
import { refuseBadGround } from "../../../runners/preflight/preflight.ts";
import { errorText } from "../../support/error-text.ts";
import { engine } from "../../support/scripted-engine.ts";
import { stackOf } from "../../support/stack.ts";

const at = (text: string) => new Date(text);
const SYNC = "set both by a time service (timedatectl set-ntp true)";

describe("clocks", () => {
  test("five minutes apart are close enough", () => {
    const clocks = { here: at("2026-12-01T12:00:00Z"), engine: at("2026-12-01T12:05:00Z") };

    expect(compareClocks({ ...clocks, builtOn: "2026-11-22" })).toEqual([]);
  });

  test("further apart, or before the images, are named with both times", () => {
    const clocks = { here: at("2026-12-01T12:00:00Z"), engine: at("2026-11-01T12:00:00Z") };

    expect(compareClocks({ ...clocks, builtOn: "2026-11-22" })).toEqual([
      {
        problem:
          "clock: the engine says 2026-11-01T12:00:00.000Z, this machine 2026-12-01T12:00:00.000Z: 2592000 s apart; allowed: 300",
        remedy: SYNC,
      },
      {
        problem:
          "clock: the engine's machine says 2026-11-01T12:00:00.000Z, before the images' packages of 2026-11-22",
        remedy: SYNC,
      },
    ]);
  });
});

describe("names", () => {
  test("that resolve, and addresses, are no problem", async () => {
    expect(await nameProblems(["localhost", "192.0.2.1", "2001:db8::1"])).toEqual([]);
  });

  test("that lead nowhere stop a production deploy, and no other", async () => {
    await engine({ things: { "/info": { SystemTime: new Date().toISOString() } } });
    const facts = { hosts: ["nowhere.invalid"], issued: false, builtOn: "2026-01-01" };
    const refused = await errorText(() =>
      refuseBadGround(stackOf([], { preflight: facts }), () => undefined),
    );

    expect(refused).toMatch(
      /^hosts: nowhere\.invalid does not resolve \((ENOTFOUND|EAI_AGAIN)\)\n {2}→ add its DNS record/,
    );
    await refuseBadGround(stackOf([]), () => undefined);
  });
});
