import { uploadsNeedAWritableRoot } from "../../../policies/provider/uploads-need-a-writable-root.ts";
import { judges } from "../judging.ts";

const upload = { file: "/incoming/app.conf", content: "listen 8000" };

judges(uploadsNeedAWritableRoot, "PRV-017", {
  rejects: [
    {
      name: "an upload into a read-only root",
      given: { read_only: true, upload },
      evidence: ["read_only is true"],
    },
    {
      name: "what is known only at apply",
      given: { read_only: "${var.r}", upload: [upload] },
      evidence: ['read_only is "${var.r}", known only at apply'],
    },
  ],
  accepts: [
    { name: "a writable root", given: { read_only: false, upload } },
    { name: "a read-only root without an upload", given: { read_only: true }, examined: 0 },
  ],
});
