import type { Deployment } from "../config/parse.ts";
import { mqttSecret } from "../config/references.ts";
import { SecretStore } from "../config/secrets.ts";
import type { Stack } from "../engines/stack.ts";
import { allowList } from "../firewall/allow-list.ts";

/** What a newcomer does next: the page, and one line that publishes a reading and shows that it arrived. */
export function nextSteps(deployment: Deployment, stack: Stack, home: string): readonly string[] {
  const at = (listener: string) => {
    const open = allowList(deployment).find((allowed) => allowed.listener === listener);
    return open === undefined
      ? undefined
      : `${open.address === "0.0.0.0" ? "127.0.0.1" : open.address}:${open.port}`;
  };
  const [page, api, broker] = [at("frontend"), at("backend"), at("mqtt")];
  const publisher = deployment.mosquitto.users.find(({ publish }) => publish.length > 0);
  const lines =
    page === undefined
      ? []
      : ["", `Open http://${page.replace("127.0.0.1", deployment.hosts[0] ?? "localhost")}`];
  if (broker === undefined || publisher === undefined) return lines;
  const folder = clientOptions(publisher.name, broker, new SecretStore(home));
  const topic = (publisher.publish[0] ?? "").replaceAll("+", "temp").replaceAll("#", "temp");
  const image = stack.containers.find(({ labels }) => labels["exploreiot.role"] === "mosquitto")?.image;
  const publish = `docker run --rm --network host --user $(id -u) -v ${folder}:/c:ro -e XDG_CONFIG_HOME=/c ${image} mosquitto_pub -t ${topic} -m 21.5`;
  const look =
    api === undefined ? "" : ` && curl -s 'http://${api}${deployment.backend.pathPrefix}/mesures?limite=1'`;
  return [...lines, "", "Publish a reading and see it arrive:", `  ${publish}${look}`];
}

/**
 * A folder with the options of mosquitto's clients for one user, so that its password stands in no command line:
 * `XDG_CONFIG_HOME=FOLDER mosquitto_pub -t …` works wherever the clients are installed.
 */
function clientOptions(user: string, broker: string, secrets: SecretStore): string {
  const [host, port] = broker.split(":");
  const options = `-h ${host}\n-p ${port}\n-u ${user}\n-P ${secrets.value(mqttSecret(user))}\n`;
  secrets.derivedFile(`clients/${user}/mosquitto_sub`, options);
  return secrets.derivedFile(`clients/${user}/mosquitto_pub`, options).replace(/\/mosquitto_pub$/, "");
}
