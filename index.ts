/**
 * What `import … from "exploreiot"` gives to a cdktf app of one's own (docs/library.md). The matchers for vitest are in
 * `exploreiot/vitest`, and what rules of one's own are written with in `exploreiot/policy`.
 */

// From a configuration to a stack.

export { loadDeployment } from "./config/load.ts";
export { parseDeployment } from "./config/parse.ts";
export type { DeploymentInput } from "./config/schema.ts";
export { UserError } from "./core/errors.ts";
export { deploymentHome } from "./core/home.ts";
export type { BuildContext, Migration, Role } from "./services/application/settings.ts";
export { preparePki } from "./services/certificates/prepare.ts";
export type { Deployment } from "./services/deployment.ts";
export type { ListenerName } from "./services/registry.ts";
export type { HealthCheck, HealthTiming, Limits } from "./site/fields.ts";
export type { NetworkName, Subnets } from "./site/settings.ts";
export type { OpenPort, Site } from "./site/site.ts";
export { addDeployment } from "./stacks/add-deployment.ts";
export { IotStack } from "./stacks/iot-stack.ts";
export { type Judging, kitScope } from "./stacks/kit-scope.ts";

// The services.

export { Application, type ApplicationProps } from "./services/application/application.ts";
export { Certificates, type CertificatesProps } from "./services/certificates/certificates.ts";
export { Edge, type EdgeProps } from "./services/edge/edge.ts";
export { Firewall } from "./services/firewall/firewall.ts";
export { Mosquitto, type MosquittoProps } from "./services/mosquitto/mosquitto.ts";
export { Postgres, type PostgresProps } from "./services/postgres/postgres.ts";
export { Redis, type RedisProps } from "./services/redis/redis.ts";
export { Renewer, type RenewerProps } from "./services/renewer/renewer.ts";
export type { ServiceScope } from "./services/service-scope.ts";

// Parts that services are built of.

export type { DeliveredFile } from "./constructs/delivery-job.ts";
export { type DeploymentScope, resourceName } from "./constructs/deployment-scope.ts";
export { FileDelivery, type FileDeliveryProps } from "./constructs/file-delivery.ts";
export { hardened, tmpfsOptions } from "./constructs/hardening.ts";
export { literal } from "./constructs/literal.ts";
export { type JoinedNetwork, PrivateNetwork } from "./constructs/private-network.ts";
export { commandProbe, httpProbe, type Probe, processProbe, tcpProbe } from "./constructs/probes.ts";
export {
  type ContainerProps,
  JobContainer,
  ServiceContainer,
  type ServiceContainerProps,
} from "./constructs/service-container.ts";
export { StateBackend } from "./constructs/state-backend.ts";
export { DataVolume } from "./constructs/volumes.ts";
export { type WaiverProps, waive } from "./constructs/waiver.ts";

// Judging.

export { judge, type SynthesizedStack } from "./policies/gate.ts";
export { loadOwnRules } from "./policies/own-rules.ts";
export type { Severity } from "./site/policy-settings.ts";
