/**
 * What `import … from "exploreiot"` gives to a cdktf app of one's own (docs/library.md). The matchers for vitest are in
 * `exploreiot/vitest`, and what rules of one's own are written with in `exploreiot/policy`.
 */

// From a configuration to a stack.
export { UserError } from "./config/errors.ts";
export { deploymentHome } from "./config/home.ts";
export { loadDeployment } from "./config/load.ts";
export { type Deployment, parseDeployment } from "./config/parse.ts";
export type { Severity } from "./config/policy-settings.ts";
export type {
  BuildContext,
  DeploymentInput,
  HealthCheck,
  HealthTiming,
  Limits,
  ListenerName,
  Migration,
  NetworkName,
  Role,
  Subnets,
} from "./config/schema.ts";
// What services are built of.
export { Backend, type BackendProps } from "./constructs/backend.ts";
export { Certificates, type CertificatesProps } from "./constructs/certificates.ts";
export type { DeliveredFile } from "./constructs/delivery-job.ts";
export { type DeploymentScope, resourceName } from "./constructs/deployment-scope.ts";
export { Edge, type EdgeProps } from "./constructs/edge.ts";
export { FileDelivery, type FileDeliveryProps } from "./constructs/file-delivery.ts";
export { Firewall } from "./constructs/firewall.ts";
export { Frontend, type FrontendProps } from "./constructs/frontend.ts";
export { hardened, tmpfsOptions } from "./constructs/hardening.ts";
export { literal } from "./constructs/literal.ts";
export { Mosquitto, type MosquittoProps } from "./constructs/mosquitto.ts";
export { Postgres, type PostgresProps } from "./constructs/postgres.ts";
export { PrivateNetwork } from "./constructs/private-network.ts";
export { commandProbe, httpProbe, type Probe, processProbe, tcpProbe } from "./constructs/probes.ts";
export { Redis, type RedisProps } from "./constructs/redis.ts";
export { Renewer, type RenewerProps } from "./constructs/renewer.ts";
export {
  type ContainerProps,
  JobContainer,
  ServiceContainer,
  type ServiceContainerProps,
} from "./constructs/service-container.ts";
export { StateBackend } from "./constructs/state-backend.ts";
export { DataVolume } from "./constructs/volumes.ts";
export { type WaiverProps, waive } from "./constructs/waiver.ts";
export { preparePki } from "./pki/prepare.ts";
// Judging.
export { judge, type SynthesizedStack } from "./policies/gate.ts";
export { loadOwnRules } from "./policies/own-rules.ts";
export { addDeployment } from "./stacks/add-deployment.ts";
export { IotStack } from "./stacks/iot-stack.ts";
export { type Judging, kitScope } from "./stacks/kit-scope.ts";
