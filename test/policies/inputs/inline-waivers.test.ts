import { expect, test } from "vitest";
import { check } from "../../../policies/check.ts";
import { policies } from "../../../policies/index.ts";
import { parseDocuments } from "../../../policies/inputs/compose/documents.ts";
import { temporaryFolder, write } from "../../support/temporary-folder.ts";

const waivers = (text: string) =>
  parseDocuments(text, "compose.yaml").flatMap(({ commented }) => commented.map(({ value }) => value));

const WAIVED = { rule: "CTR-001", reason: "it loads modules", expires: "2099-01-31" };
const SAYS = "# exploreiot-waive CTR-001 until 2099-01-31: it loads modules";

test.each([
  ["inside a service", `services:\n  a:\n    ${SAYS}\n    privileged: true\n  b: {}\n`, "services.a"],
  ["behind a value of a service", `services:\n  a:\n    privileged: true ${SAYS}\n  b: {}\n`, "services.a"],
  ["behind the name of a service", `services:\n  a: ${SAYS}\n    privileged: true\n  b: {}\n`, "services.a"],
  ["in front of a service", `services:\n  a: {}\n  ${SAYS}\n  b:\n    privileged: true\n`, "services.b"],
  ["at the end of a service", `services:\n  a:\n    privileged: true\n    ${SAYS}\n  b: {}\n`, "services.a"],
  ["at the end of the file", `services:\n  a: {}\n  b:\n    privileged: true\n    ${SAYS}\n`, "services.b"],
  ["in front of a network", `services: {a: {}}\nnetworks:\n  ${SAYS}\n  n: {}\n`, "networks.n"],
  ["in front of everything", `${SAYS}\nservices:\n  a: {}\n`, "*"],
  ["in front of a section", `services:\n  a: {}\n${SAYS}\nnetworks:\n  n: {}\n`, "*"],
  ["at a name with dots", `services:\n  a.b:\n    privileged: true ${SAYS}\n`, "services.a.b"],
])("a waiver %s holds there", (_, text, at) => {
  expect(waivers(text)).toEqual([{ ...WAIVED, at }]);
});

test("what only looks like a comment is none", () => {
  expect(waivers(`services:\n  a:\n    command: |\n      ${SAYS}\n    image: "x ${SAYS}"\n`)).toEqual([]);
});

/** `RULE place: evidence` of what a project says of CTR-001 and of waivers, and what is waived. */
function judged(files: Readonly<Record<string, string>>) {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) write(folder, name, text);
  const { judgements } = check({ paths: [folder], rules: policies, skip: [], only: ["CTR-001"] });
  const reports = judgements.flatMap(({ reports }) => reports);
  return {
    found: reports.flatMap(({ findings }) =>
      findings.map(({ policy, path, evidence }) => `${policy} ${path}: ${evidence}`),
    ),
    waived: reports.flatMap(({ waived }) => waived.map(({ path, reason }) => `${path}: ${reason}`)),
  };
}

test("it excuses what it stands next to, in an included file and in an override too", () => {
  expect(
    judged({
      "compose.yaml": "include: [other/more.yaml]\nservices:\n  a: {image: 'i:1'}\n",
      "compose.override.yaml": `services:\n  a:\n    ${SAYS}\n    privileged: true\n`,
      "other/more.yaml": `services:\n  b:\n    image: 'i:1'\n    privileged: true ${SAYS}\n  c: {image: 'i:1', privileged: true}\n`,
    }),
  ).toEqual({
    found: ["CTR-001 services.c: privileged is true"],
    waived: ["services.a: it loads modules", "services.b: it loads modules"],
  });
});

test.each([
  ["without a reason", "# exploreiot-waive CTR-001 until 2099-01-31", "WVR-001 services.a: "],
  ["without an end", "# exploreiot-waive CTR-001: it loads modules", "WVR-001 services.a: "],
  ["that has expired", SAYS.replace("2099", "2024"), "WVR-002 services.a: the waiver of CTR-001 expired"],
  ["that excuses nothing", SAYS.replace("CTR-001", "CTR-036"), "WVR-00"],
])("one %s is a finding, and excuses nothing", (_, comment, expected) => {
  const { found, waived } = judged({
    "compose.yaml": `services:\n  a:\n    ${comment}\n    image: 'i:1'\n    privileged: true\n`,
  });

  expect(waived).toEqual([]);
  expect(found).toContain("CTR-001 services.a: privileged is true");
  if (!comment.includes("CTR-036"))
    expect(found).toEqual(expect.arrayContaining([expect.stringContaining(expected)]));
});
