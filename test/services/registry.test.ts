import { expect, test } from "vitest";
import { definitions, inOrder, listeners, serviceNames } from "../../services/registry.ts";

test("services are made behind those that they need", () => {
  expect(inOrder().map(({ name }) => name)).toEqual([
    "frontend",
    "mosquitto",
    "postgres",
    "redis",
    "backend",
    "edge",
    "backup",
  ]);
});

test("each definition stands under its own name, and each listener has a name and a port of its own", () => {
  expect(Object.values(definitions).map(({ name }) => name)).toEqual(serviceNames);
  expect(listeners.map(({ name, port, tls, service }) => [name, port, tls, service])).toEqual([
    ["frontend", 3000, false, "frontend"],
    ["backend", 8000, false, "backend"],
    ["mqtt", 1883, false, "mosquitto"],
    ["https", 443, true, "edge"],
    ["mqtts", 8883, true, "mosquitto"],
  ]);
});
