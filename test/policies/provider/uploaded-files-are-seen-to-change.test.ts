import { uploadedFilesAreSeenToChange } from "../../../policies/provider/uploaded-files-are-seen-to-change.ts";
import { judges } from "../judging.ts";

judges(uploadedFilesAreSeenToChange, "PRV-012", {
  rejects: [
    {
      name: "a source without a hash",
      given: { upload: { file: "/p", source: "secrets/p" } },
      evidence: ['source_hash of "/p" is not set'],
    },
    {
      name: "an empty hash",
      given: { upload: [{ file: "/p", source: "secrets/p", source_hash: "" }] },
      evidence: ['source_hash of "/p" is ""'],
    },
    {
      name: "a plain hash, which can be guessed",
      given: {
        upload: [
          { file: "/p", source: "secrets/p", source_hash: "0beec7b5ea3f0fdbc95d0dd47f3c5bc275da8a33" },
        ],
      },
      evidence: ['source_hash of "/p" is "0beec7b5ea3f0fdbc95d0dd47f3c5bc275da8a33"'],
    },
    {
      name: "a hash known only at apply",
      given: { upload: [{ file: "/p", source: "secrets/p", source_hash: "${var.h}" }] },
      evidence: ['source_hash of "/p" is "${var.h}", known only at apply'],
    },
  ],
  accepts: [
    {
      name: "a keyed hash, and public text without one",
      given: {
        upload: [
          { file: "/p", source: "secrets/p", source_hash: "b8a8267289e7" },
          { file: "/a", content: "a" },
        ],
      },
    },
    {
      name: "a container that receives text only",
      given: { upload: [{ file: "/a", content: "a" }] },
      examined: 0,
    },
  ],
});
