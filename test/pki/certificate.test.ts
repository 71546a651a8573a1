import { X509Certificate } from "node:crypto";
import { afterEach, expect, test, vi } from "vitest";
import { isLate } from "../../pki/certificate.ts";
import { makeServerPair } from "../../pki/x509.ts";

afterEach(() => {
  vi.useRealTimers();
});

test.each([
  { left: 15, late: false },
  { left: 13, late: true },
  { left: -1, late: true },
])("a certificate of a year with $left days left is late: $late", async ({ left, late }) => {
  const certificate = new X509Certificate((await makeServerPair("server", ["a.example.test"])).certificate);
  vi.useFakeTimers({ toFake: ["Date"], now: Date.parse(certificate.validTo) - (left + 0.5) * 86_400_000 });

  expect(isLate(certificate)).toBe(late);
});

test.each([
  { left: 5, late: false },
  { left: 1, late: true },
])("a certificate of six days with $left days left is late: $late", ({ left, late }) => {
  const begin = Date.now();
  const certificate = {
    validFrom: new Date(begin).toUTCString(),
    validTo: new Date(begin + 6 * 86_400_000).toUTCString(),
  } as X509Certificate;
  vi.useFakeTimers({ toFake: ["Date"], now: begin + (6 - left) * 86_400_000 - 1 });

  expect(isLate(certificate)).toBe(late);
});
