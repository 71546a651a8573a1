import { afterEach, beforeEach, vi } from "vitest";
import { certificatesAreValid } from "../../../policies/tls/certificates-are-valid.ts";
import { CA, CLIENT, GOOD, NAMELESS } from "../certificates.ts";
import { judges } from "../judging.ts";

/** GOOD and CA end on 2126-10-30. */
const today = (day: string) => vi.useFakeTimers({ now: new Date(day), toFake: ["Date"] });

beforeEach(() => void today("2027-01-01"));
afterEach(() => void vi.useRealTimers());

const hosts = (value: string) => ({
  docker_container: { Api: { name: "stack-backend", env: [`ALLOWED_HOSTS=${value}`] } },
});

judges(certificatesAreValid, "TLS-005", {
  rejects: [
    {
      name: "names that are not in it",
      given: { text: GOOD + CA },
      around: hosts("iot.example.org,other.example.org,192.0.2.8"),
      evidence: [
        "certificate of CN=iot.example.org is not for other.example.org",
        "certificate of CN=iot.example.org is not for 192.0.2.8",
      ],
    },
    {
      name: "no names at all",
      given: { text: NAMELESS },
      evidence: ["certificate of CN=iot.example.org has no subjectAltName"],
    },
    { name: "no certificate", given: { text: "" }, evidence: ["cannot be judged: no certificate is in it"] },
    {
      name: "a file that is not known here",
      given: {},
      evidence: ["cannot be judged: its text is not known here"],
    },
  ],
  accepts: [
    {
      name: "names and addresses that are in it, and those of the machine and of the stack",
      given: { text: GOOD },
      around: hosts("iot.example.org,a.iot.example.org,192.0.2.7,localhost,127.0.0.1,stack-backend"),
    },
    { name: "a CA, which has no names", given: { text: CA } },
    {
      name: "a certificate for a client alone, which no user types a name of",
      given: { text: CLIENT },
      around: hosts("iot.example.org"),
    },
  ],
});
