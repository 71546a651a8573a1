import type { Problem } from "../core/problems.ts";
import type { ParsedDeployment } from "../services/deployment.ts";
import { openListeners } from "../services/listeners.ts";

/** On unless a deployment says otherwise: on a server, where what is open can be reached by everybody. */
export const firewallIsOn = ({
  environment,
  firewall,
}: Pick<ParsedDeployment, "environment" | "firewall">): boolean =>
  firewall.enabled ?? environment === "production";

/** Scope host closes the machine's own ports, so it needs to know its interfaces; the other scope knows no host. */
export function firewallFits(deployment: ParsedDeployment): readonly Problem[] {
  const { firewall } = deployment;
  if (firewall.scope === "host") return [...interfacesAreNamed(firewall), ...portsAreFree(deployment)];
  const fix = "remove it, or set firewall.scope to host";
  const allowed = "nothing in scope containers, which leaves the machine's own services alone";
  return (["interfaces", "open"] as const)
    .filter((name) => firewall[name].length > 0)
    .map((name) => ({ path: `firewall.${name}`, got: firewall[name], allowed, fix }));
}

function interfacesAreNamed({ interfaces }: ParsedDeployment["firewall"]): readonly Problem[] {
  const path = "firewall.interfaces";
  const fix = 'name them as ip link does, for example ["eth0"]';
  if (interfaces.length === 0) {
    return [{ path, got: interfaces, allowed: "every interface that leads to other machines", fix }];
  }
  return interfaces.flatMap((name, index) =>
    name === "lo"
      ? [{ path: `${path}.${index}`, got: name, allowed: "an interface to other machines", fix }]
      : [],
  );
}

/** A port that is declared twice would be open to everyone that the wider declaration names. */
function portsAreFree(deployment: ParsedDeployment): readonly Problem[] {
  const { ssh, open } = deployment.firewall;
  const taken = new Map(openListeners(deployment).map(({ at, port }) => [`${port}/tcp`, at]));
  const declared = [
    ...(ssh.enabled ? [{ path: "firewall.ssh", port: ssh.port, protocol: "tcp" }] : []),
    ...open.map(({ port, protocol }, index) => ({ path: `firewall.open.${index}`, port, protocol })),
  ];
  return declared.flatMap(({ path, port, protocol }) => {
    const other = taken.get(`${port}/${protocol}`);
    if (other === undefined) {
      taken.set(`${port}/${protocol}`, path);
      return [];
    }
    const allowed = `a port that ${other} does not use`;
    return [{ path: `${path}.port`, got: port, allowed, fix: "declare the port once" }];
  });
}
