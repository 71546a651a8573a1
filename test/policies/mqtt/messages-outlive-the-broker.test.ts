import { messagesOutliveTheBroker } from "../../../policies/mqtt/messages-outlive-the-broker.ts";
import { judges } from "../judging.ts";
import { alone, broker, file } from "../servers.ts";

const conf = (...lines: string[]) => file("mosquitto.conf", lines);
const KEPT = ["persistence true", "persistence_location /mosquitto/data/"];

judges(messagesOutliveTheBroker, "MQT-009", {
  rejects: [
    {
      name: "a broker that keeps nothing",
      given: conf("persistence false", "autosave_interval 0"),
      evidence: [
        'persistence is "false" (mosquitto.conf line 1)',
        'autosave_interval is "0" (mosquitto.conf line 2)',
        "persistence_location is not set",
      ],
    },
    {
      name: "silence about it",
      given: conf("persistence_location /mosquitto/data/"),
      evidence: ["persistence is not set"],
    },
    {
      name: "a place on no volume",
      given: conf("persistence true", "persistence_location /var/lib/mosquitto/"),
      around: broker(),
      evidence: [
        "persistence_location /var/lib/mosquitto/ is on no volume that test/docker_container.Server may write (mosquitto.conf line 2)",
      ],
    },
    {
      name: "a volume that is read-only",
      given: conf(...KEPT),
      around: broker({
        volumes: { container_path: "/mosquitto/data", volume_name: "data", read_only: true },
      }),
      evidence: [
        "persistence_location /mosquitto/data/ is on no volume that test/docker_container.Server may write (mosquitto.conf line 2)",
      ],
    },
  ],
  accepts: [
    { name: "a volume", given: conf(...KEPT), around: broker() },
    {
      name: "a folder of the host",
      given: conf(...KEPT),
      around: broker({ volumes: { container_path: "/mosquitto/data", host_path: "/srv/data" } }),
    },
    { name: "a file that no broker is seen to read", given: alone("mosquitto.conf", KEPT) },
  ],
});
