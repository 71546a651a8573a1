import type { Policy } from "../policy.ts";
import { adminPagesAreNotPublic } from "./admin-pages-are-not-public.ts";
import { bridgesHaveNames } from "./bridges-have-names.ts";
import { containersAreBehindNat } from "./containers-are-behind-nat.ts";
import { containersRunNoSsh } from "./containers-run-no-ssh.ts";
import { dataNetworksAreInternal } from "./data-networks-are-internal.ts";
import { databasesAreOnInternalNetworks } from "./databases-are-on-internal-networks.ts";
import { databasesPublishNothing } from "./databases-publish-nothing.ts";
import { defaultBridgeIsUnused } from "./default-bridge-is-unused.ts";
import { enginePortsAreNotPublished } from "./engine-ports-are-not-published.ts";
import { firewallOpensWhatIsPublished } from "./firewall-opens-what-is-published.ts";
import { frontendsAreApartFromDatabases } from "./frontends-are-apart-from-databases.ts";
import { hostPortsAreTakenOnce } from "./host-ports-are-taken-once.ts";
import { internalNetworksAreIsolated } from "./internal-networks-are-isolated.ts";
import { ipv6IsPublishedBehindAFirewall } from "./ipv6-is-published-behind-a-firewall.ts";
import { membersThatNeedNotTalkCannot } from "./members-that-need-not-talk-cannot.ts";
import { networksAreBridges } from "./networks-are-bridges.ts";
import { networksAreClosedToStrangers } from "./networks-are-closed-to-strangers.ts";
import { noInterfaceIsTrusted } from "./no-interface-is-trusted.ts";
import { privilegedHostPortsAreHttpsAlone } from "./privileged-host-ports-are-https-alone.ts";
import { publishedPortsAreExpected } from "./published-ports-are-expected.ts";
import { publishedPortsHaveAWayOut } from "./published-ports-have-a-way-out.ts";
import { publishedPortsStateAHostPort } from "./published-ports-state-a-host-port.ts";
import { publishedPortsStateAProtocol } from "./published-ports-state-a-protocol.ts";
import { publishedPortsStateAnAddress } from "./published-ports-state-an-address.ts";
import { subnetsDoNotOverlap } from "./subnets-do-not-overlap.ts";
import { unstatedBindingsAreLoopback } from "./unstated-bindings-are-loopback.ts";

export const network: readonly Policy[] = [
  publishedPortsAreExpected,
  publishedPortsStateAHostPort,
  publishedPortsStateAProtocol,
  publishedPortsStateAnAddress,
  ipv6IsPublishedBehindAFirewall,
  databasesPublishNothing,
  dataNetworksAreInternal,
  defaultBridgeIsUnused,
  databasesAreOnInternalNetworks,
  frontendsAreApartFromDatabases,
  membersThatNeedNotTalkCannot,
  containersAreBehindNat,
  noInterfaceIsTrusted,
  unstatedBindingsAreLoopback,
  subnetsDoNotOverlap,
  bridgesHaveNames,
  networksAreBridges,
  networksAreClosedToStrangers,
  privilegedHostPortsAreHttpsAlone,
  containersRunNoSsh,
  enginePortsAreNotPublished,
  hostPortsAreTakenOnce,
  publishedPortsHaveAWayOut,
  firewallOpensWhatIsPublished,
  adminPagesAreNotPublic,
  internalNetworksAreIsolated,
];
