import { definePolicy, type Policy } from "./policy.ts";

const about = {
  severity: "high",
  source: "cdk-nag and Trivy users: an excuse without scope, reason and end outlives what it excused",
  looksAt: [] as string[],
  check: () => [],
} as const;

export const waiversAreSound = definePolicy({
  ...about,
  id: "WVR-001",
  title: "every waiver says which rule, where, why and until when",
  why: "A waiver that does not say which rule, where, why and until when excuses more than anyone looked at.",
  avoid: `x-exploreiot:
  waivers:
    - {rule: CTR-006, at: services.web, reason: later}
services:
  web: {image: "nginx:1.27"}`,
  prefer: `x-exploreiot:
  waivers:
    - {rule: CTR-006, at: services.web, reason: "the image writes its cache below /", expires: 2099-01-31}
services:
  web: {image: "nginx:1.27"}`,
  allowed:
    "the id of a rule that exists, the path of a resource or a pattern with *, a reason of 10 characters or more, a date",
  fix: "complete the waiver, or remove it",
});

export const waiversAreCurrent = definePolicy({
  ...about,
  id: "WVR-002",
  title: "no waiver has expired",
  why: "A finding that was accepted for a while is accepted for ever if nobody looks at it again.",
  avoid: `x-exploreiot:
  waivers:
    - {rule: CTR-006, at: services.web, reason: "the image writes its cache below /", expires: 2024-01-31}
services:
  web: {image: "nginx:1.27"}`,
  prefer: `x-exploreiot:
  waivers:
    - {rule: CTR-006, at: services.web, reason: "the image writes its cache below /", expires: 2099-01-31}
services:
  web: {image: "nginx:1.27"}`,
  allowed: "a last day that is today or later",
  fix: "fix what it excuses, or renew the waiver with a reason that still holds",
});

export const waiversAreUsed = definePolicy({
  ...about,
  id: "WVR-003",
  title: "every waiver excuses something",
  why: "A waiver that excuses nothing waits for the next mistake at its place, and excuses it unseen.",
  avoid: `x-exploreiot:
  waivers:
    - {rule: CTR-001, at: services.web, reason: "it loads modules of the kernel", expires: 2099-01-31}
services:
  web: {image: "nginx:1.27"}`,
  prefer: `x-exploreiot:
  waivers:
    - {rule: CTR-001, at: services.web, reason: "it loads modules of the kernel", expires: 2099-01-31}
services:
  web: {image: "nginx:1.27", privileged: true}`,
  allowed: "a waiver whose rule finds something at its place",
  fix: "remove the waiver: what it excused is fixed, renamed or not enforced here",
});

export const waiverPolicies: readonly Policy[] = [waiversAreSound, waiversAreCurrent, waiversAreUsed];
