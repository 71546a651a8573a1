import { hasUploads, isJob } from "../facts/containers.ts";
import { definePolicy } from "../policy.ts";
import { blocks, isBlock, isKnown, show } from "../values.ts";

export const uploadsGoToJobs = definePolicy({
  id: "PRV-013",
  severity: "high",
  title: "files are uploaded to jobs, where they last",
  why: "A service has a read-only root. A tmpfs is empty when the container starts: what was uploaded below it is gone, without a message.",
  avoid: `{"resource": {"docker_container": {"web": {
  "upload": [{"file": "/etc/web.conf", "content": "port 80"}]
}}}}`,
  prefer: `{"resource": {"docker_container": {"deliver": {
  "must_run": false,
  "upload": [{"file": "/files/web.conf", "content": "port 80"}]
}}}}`,
  allowed: "upload only in a container with must_run false, and not below a tmpfs",
  fix: "upload to a job that puts the files into a volume",
  words: { site: { fix: "deliver the files with FileDelivery" } },
  source: "docs/architecture.md, provider rule 14",
  dialect: "terraform",
  looksAt: ["docker_container"],
  where: hasUploads,
  check: (resource) => {
    const { tmpfs } = resource.block;
    const paths = Object.keys(isBlock(tmpfs) ? tmpfs : {});
    if (!isKnown(tmpfs) || !isKnown(paths))
      return ["tmpfs is known only at apply, and may hide what is uploaded"];
    return blocks(resource.block, "upload").flatMap(({ file }) => [
      ...(isJob(resource) ? [] : [`${show(file)} is uploaded to a service`]),
      ...paths
        .filter((path) => isBelow(file, path))
        .map((path) => `${show(file)} is lost below the tmpfs ${path}`),
    ]);
  },
});

const isBelow = (file: unknown, folder: string) =>
  typeof file !== "string" || !isKnown(file) || file.startsWith(folder.replace(/\/*$/, "/"));
