import { listenersAreStated } from "../../../policies/mqtt/listeners-are-stated.ts";
import { judges } from "../judging.ts";
import { alone, upload } from "../servers.ts";

const conf = (...lines: string[]) => alone("mosquitto.conf", lines);
const image = "eclipse-mosquitto:2.0.18";

judges(listenersAreStated, "MQT-004", {
  rejects: [
    { name: "no listener", given: conf("allow_anonymous false"), evidence: ["no listener is stated"] },
    {
      name: "the port of older versions",
      given: conf("port 1883", "bind_address 0.0.0.0"),
      evidence: [
        'port is "1883" (mosquitto.conf line 1)',
        'bind_address is "0.0.0.0" (mosquitto.conf line 2)',
        "no listener is stated",
      ],
    },
    {
      name: "loopback alone",
      given: conf("listener 1883 127.0.0.1", "listener 1884 localhost"),
      evidence: ["every listener is on loopback"],
    },
    {
      name: "a broker without a configuration",
      type: "docker_container",
      given: { image },
      evidence: ["it is given no mosquitto.conf that is known here"],
    },
    {
      name: "a command that does not name it",
      type: "docker_container",
      given: { image, command: ["mosquitto", "-v"], upload: upload("mosquitto.conf", ["listener 1"]) },
      evidence: ["its command does not name mosquitto.conf"],
    },
    {
      name: "a listener without a port",
      given: conf("listener 70000"),
      evidence: ["cannot be judged: mosquitto.conf line 1: listener has no port"],
    },
  ],
  accepts: [
    {
      name: "a listener for others next to one for the probe",
      given: conf("listener 1880 127.0.0.1", "listener 1883"),
    },
    {
      name: "a broker whose command names its file",
      type: "docker_container",
      given: {
        image,
        command: ["mosquitto", "-c", "/etc/server/mosquitto.conf"],
        upload: upload("mosquitto.conf", ["listener 1"]),
      },
      examined: 2,
    },
    { name: "another server", type: "docker_container", given: { image: "redis:7" }, examined: 0 },
  ],
});
