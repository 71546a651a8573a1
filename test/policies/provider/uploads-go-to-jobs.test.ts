import { uploadsGoToJobs } from "../../../policies/provider/uploads-go-to-jobs.ts";
import { judges } from "../judging.ts";

const upload = [{ file: "/incoming/a.conf", content: "a" }];

judges(uploadsGoToJobs, "PRV-013", {
  rejects: [
    {
      name: "an upload to a service",
      given: { upload },
      evidence: ['"/incoming/a.conf" is uploaded to a service'],
    },
    {
      name: "an upload to what may be a service",
      given: { must_run: "${var.run}", upload },
      evidence: ['"/incoming/a.conf" is uploaded to a service'],
    },
    {
      name: "an upload below a tmpfs",
      given: { must_run: false, upload, tmpfs: { "/incoming": "size=1m" } },
      evidence: ['"/incoming/a.conf" is lost below the tmpfs /incoming'],
    },
    {
      name: "a file known only at apply next to a tmpfs",
      given: { must_run: false, upload: { file: "${var.f}" }, tmpfs: { "/tmp/": "" } },
      evidence: ['"${var.f}" is lost below the tmpfs /tmp/'],
    },
    {
      name: "a tmpfs known only at apply",
      given: { must_run: false, upload, tmpfs: "${var.tmpfs}" },
      evidence: ["tmpfs is known only at apply, and may hide what is uploaded"],
    },
  ],
  accepts: [
    { name: "a job", given: { must_run: false, upload, tmpfs: { "/inc": "size=1m" } } },
    { name: "a container without uploads", given: { tmpfs: { "/tmp": "" } }, examined: 0 },
  ],
});
