import type { Origin } from "../core/secret-text.ts";

/** A file that a one-shot container receives: public text, or a path relative to the stack folder. */
export type Upload =
  | { readonly file: string; readonly content: string }
  | {
      readonly file: string;
      readonly source: string;

      /** Absent where only its owner can provide the file. */
      readonly origin?: Origin;
    };

/** The attributes of a `docker_container` that are passed through. */
export interface ContainerBlock {
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly user?: string;
  readonly group_add?: readonly string[];
  readonly env?: readonly string[];
  readonly read_only?: boolean;
  readonly init?: boolean;
  readonly network_mode?: string;
  readonly memory?: number;
  readonly memory_swap?: number;
  readonly cpus?: string;
  readonly cpu_shares?: number;
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
  readonly ulimit?: readonly { readonly name: string; readonly soft: number; readonly hard: number }[];
  readonly security_opts?: readonly string[];
  readonly tmpfs?: Readonly<Record<string, string>>;
  readonly ports?: readonly PortBlock[];
  readonly healthcheck?: Readonly<{
    test: readonly string[];
    interval: string;
    timeout: string;
    retries: number;
    start_period: string;
  }>;
  readonly restart?: string;
  readonly stop_signal?: string;
  readonly stop_timeout?: number;
  readonly destroy_grace_seconds?: number;
  readonly log_driver?: string;
  readonly log_opts?: Readonly<Record<string, string>>;
  readonly wait_timeout?: number;
}

export interface PortBlock {
  readonly internal: number;
  readonly external: number;
  readonly ip: string;
  readonly protocol: string;
}

export interface RawContainer extends ContainerBlock {
  readonly "//"?: object;
  readonly name: string;
  readonly image: string;
  readonly must_run?: boolean;
  readonly labels?: readonly { readonly label: string; readonly value: string }[];
  readonly networks_advanced?: readonly {
    readonly name: string;
    readonly aliases?: readonly string[];
    readonly ipv4_address?: string;
  }[];
  readonly volumes?: readonly {
    readonly volume_name: string;
    readonly container_path: string;
    readonly read_only?: boolean;
  }[];
  readonly upload?: readonly Upload[];
  readonly depends_on?: readonly string[];
}

/** Attributes of a resource that are passed through, and those that only Terraform reads. */
export interface RawRest {
  readonly [attribute: string]: unknown;
  readonly "//"?: unknown;
  readonly labels?: unknown;
  readonly lifecycle?: unknown;
  readonly depends_on?: unknown;
}

export interface RawVolume extends RawRest {
  readonly name: string;
}

export interface RawNetwork extends RawRest {
  readonly name: string;
  readonly internal?: boolean;
  readonly ipv6?: boolean;
  readonly options?: Readonly<Record<string, string>>;
  readonly ipam_config?: readonly { readonly subnet: string; readonly gateway: string }[];
}

export interface RawStack {
  readonly provider?: {
    readonly docker?: readonly { readonly host?: string; readonly cert_path?: string }[];
  };
  readonly terraform?: { readonly backend?: Readonly<Record<string, unknown>> };
  readonly resource: {
    readonly docker_container?: Readonly<Record<string, RawContainer>>;
    readonly docker_network?: Readonly<Record<string, RawNetwork>>;
    readonly docker_volume?: Readonly<Record<string, RawVolume>>;
    readonly docker_image?: Readonly<Record<string, { readonly name: string }>>;

    /** One of them holds the recipes of the images; a stack of somebody's own may have others. */
    readonly terraform_data?: Readonly<Record<string, { readonly input?: unknown }>>;
  };
}
