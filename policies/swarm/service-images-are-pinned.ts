import { judgeName } from "../facts/image-names.ts";
import { containerSpec } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { isKnown } from "../values.ts";

export const serviceImagesArePinned = definePolicy({
  id: "SWM-011",
  severity: "high",
  title: "a service names its image by digest",
  why: "Each node pulls for itself: behind one tag two nodes may run two programs.",
  avoid: `{"resource": {"docker_service": {"web": {"task_spec": {"container_spec": {
  "image": "nginx:1.27"
}}}}}}`,
  prefer: `{"resource": {"docker_service": {"web": {"task_spec": {"container_spec": {
  "image": "nginx:1.27@sha256:0f04e4f646a3f14bf31d8bc8d885b6c951fdcf42589d06845f64d18aec6a3c4d"
}}}}}}`,
  allowed: "name@sha256:…, or repo_digest of a docker_image of the stack",
  fix: "add @sha256: and the digest",
  source: "CIS Docker Benchmark 1.6.0, 5.28",
  looksAt: ["docker_service"],
  enforcedIn: ["production"],
  check: (resource, stack) => {
    const { image } = containerSpec(resource);
    const target = stack.follow(image);
    if (target?.resource.type === "docker_image" && target.attribute === "repo_digest") return [];
    const name = isKnown(image) ? image : (target?.resource.block.name ?? image);
    return judgeName(name, ({ digest }) => (digest === undefined ? ", without a digest" : undefined));
  },
});
