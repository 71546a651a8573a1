import { hasUploads } from "../facts/containers.ts";
import { definePolicy } from "../policy.ts";
import { isUnsetOrFalse, must } from "../values.ts";

export const uploadsNeedAWritableRoot = definePolicy({
  id: "PRV-017",
  formerly: ["CTR-007"],
  severity: "high",
  title: "nothing is uploaded into a read-only root",
  why: 'Apply fails with "container rootfs is marked read-only", even where the file would go into a volume.',
  avoid: `{"resource": {"docker_container": {"deliver": {
  "must_run": false, "read_only": true,
  "upload": [{"file": "/files/web.conf", "content": "port 80"}]
}}}}`,
  prefer: `{"resource": {"docker_container": {"deliver": {
  "must_run": false,
  "upload": [{"file": "/files/web.conf", "content": "port 80"}]
}}}}`,
  allowed: "read_only unset or false next to upload",
  fix: "upload to a job that puts the files into a volume",
  words: { site: { fix: "deliver the files with FileDelivery" } },
  source: "docs/architecture.md, provider rule 14",
  dialect: "terraform",
  looksAt: ["docker_container"],
  where: hasUploads,
  check: ({ block }) => must(block, "read_only", isUnsetOrFalse),
});
