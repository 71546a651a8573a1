import { afterEach, expect, test, vi } from "vitest";
import { certificatesAreValid } from "../../../policies/tls/certificates-are-valid.ts";
import { GOOD, SIX_DAYS } from "../certificates.ts";
import { said } from "../reporting.ts";

afterEach(() => void vi.useRealTimers());

const NAME = "test/Subject: certificate of CN=iot.example.org";

test.each([
  { day: "2020-01-01", findings: [`${NAME} is not valid before FROM`] },
  { day: "2126-10-15", findings: [`${NAME} ends on UNTIL, in 15 days`] },
  { day: "2127-01-01", findings: [`${NAME} ended on UNTIL`] },
  { day: "2126-09-01", findings: [] },
  { day: "2027-01-04", text: SIX_DAYS, findings: [] },
  { day: "2027-01-06", text: SIX_DAYS, findings: [`${NAME} ends on Jan  7 00:00:00 2027 GMT, in 1 days`] },
])("TLS-005 on $day", ({ day, text = GOOD, findings }) => {
  vi.useFakeTimers({ now: new Date(day), toFake: ["Date"] });
  const subject = { "//": { metadata: { path: "test/Subject" } }, text };

  const { findings: found } = said(certificatesAreValid, { "file/certificate": { Subject: subject } });

  expect(
    found?.map((finding) =>
      finding
        .replace(/[A-Z][a-z]{2} .\d [\d:]{8} 2026 GMT/, "FROM")
        .replace(/[A-Z][a-z]{2} .\d [\d:]{8} 2126 GMT/, "UNTIL"),
    ),
  ).toEqual(findings);
});
