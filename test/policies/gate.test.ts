import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { local } from "../../config/local.ts";
import { deploymentHome, projectRoot } from "../../core/home.ts";
import { judge } from "../../policies/gate.ts";
import { run } from "../../runners/run.ts";
import { elementAt, synthesized } from "./synthesized.ts";

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), "exploreiot-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The error of a call, as it is printed. */
function refusal(call: () => void): string {
  try {
    call();
  } catch (error) {
    return (error as { render(): string }).render();
  }
  return "nothing was thrown";
}

const judged = (...files: readonly string[]) => judge(files.map((file) => ({ file, ownRules: [] })));

describe("the gate", () => {
  test("lists every finding of every stack, with what is allowed and what to do", () => {
    const sound = synthesized(local);
    const broken = synthesized({ ...local, name: "broken" }, (stack) => {
      elementAt(stack, "Redis/Service/Container").addOverride("rm", true);
      elementAt(stack, "Images/redis").addOverride("keep_locally", false);
    });
    const path = `t-${process.pid}-broken`;

    expect(refusal(() => judged(sound.file, broken.file))).toBe(`the policies stop this synthesis: 2 findings
${path}/Images/redis: keep_locally is false
    PRV-022 (medium) an image is kept when its resource goes
    allowed: keep_locally true, force_remove unset or false
    fix: set keepLocally to true and remove forceRemove
${path}/Redis/Service/Container: rm is true
    PRV-020 (low) containers are started and kept; only jobs end
    allowed: rm unset, start unset, must_run true or unset (false for a job), attach only for a job
    fix: remove rm, start and attach; declare what runs once as JobContainer
  → exploreiot policy explain ID says what a rule prevents; policies/README.md says how to waive one`);
  });

  test("refuses a file that is no JSON", () => {
    const file = join(temporary(), "cdk.tf.json");
    writeFileSync(file, "{");

    expect(refusal(() => judged(file))).toContain(`${file}: is not JSON`);
  });

  test("refuses a stack without anything that it knows", () => {
    const file = join(temporary(), "cdk.tf.json");
    writeFileSync(file, "{}");

    expect(refusal(() => judged(file))).toContain("no version is required of the provider docker");
  });

  test("lets a sound stack pass", () => {
    expect(refusal(() => judged(synthesized(local).file))).toBe("nothing was thrown");
  });

  test("lets a waiver with a former id hold, and says which to write", () => {
    const name = `t-${process.pid}-local`;
    const at = `${name}/Redis/Service/Container`;
    const waivers = [{ rule: "CTR-036", at, reason: "kept until release 2", expires: "2999-12-31" }];
    const { file } = synthesized({ ...local, policies: { waivers } }, (stack) =>
      elementAt(stack, "Redis/Service/Container").addOverride("rm", true),
    );

    expect(judged(file)[0]).toBe(
      `${file}: the waiver of CTR-036 at ${at} holds; write PRV-020, the rule's id now`,
    );
  });

  test("stops the program that cdktf runs, with exit code 1", { timeout: 30_000 }, async () => {
    const folder = temporary();
    const name = `t-${process.pid}-gate`;
    const site = join(folder, "site.json");
    onTestFinished(() => rmSync(deploymentHome(name), { recursive: true, force: true }));
    writeFileSync(site, JSON.stringify({ name, backend: { environment: { UPSTREAM_TOKEN: "hunter2" } } }));

    const result = await run([process.execPath, join(projectRoot, "bin", "synth.js")], {
      cwd: projectRoot,
      env: { EXPLOREIOT_CONFIG: site, CDKTF_OUTDIR: join(folder, "out") },
      expected: [1],
    });

    expect(result.stderr.split("\n").slice(0, 5)).toEqual([
      "error: the policies stop this synthesis: 3 findings",
      ...["Migrate", "api", "ingest"].map(
        (role) => `${name}/Backend/${role}/Container: UPSTREAM_TOKEN has a value`,
      ),
      "    SEC-001 (critical) no variable with the name of a secret has a value",
    ]);
    expect(result.stderr).not.toContain("hunter2");
  });
});
