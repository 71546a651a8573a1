import { expect, test } from "vitest";
import { parseDaemonJson } from "../../../policies/files/daemon-json.ts";

test("daemon.json is an object, of a key that is there twice the last counts", () => {
  expect(parseDaemonJson('\uFEFF{ "icc": true, "icc": false }\n')).toEqual({ icc: false });
  expect(parseDaemonJson(" \n")).toEqual({});
});

test.each(["[]", "null", '"icc"', "{ icc: false }", '{ "icc": false, }'])("%s is no daemon.json", (text) => {
  expect(() => parseDaemonJson(text)).toThrow();
});
