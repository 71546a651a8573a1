import { clientsLogInWithSecrets } from "../../../policies/mqtt/clients-log-in-with-secrets.ts";
import { judges } from "../judging.ts";

judges(clientsLogInWithSecrets, "MQT-021", {
  rejects: [
    {
      name: "a client without a name and a password",
      given: { image: "app", env: ["MQTT_HOST=mosquitto"] },
      evidence: ["MQTT_USER is not set", "MQTT_PASSWORD_FILE is not set"],
    },
    {
      name: "an empty name, and a password in the environment",
      given: {
        image: "app",
        env: ["MQTT_BROKER_URL=mqtt://b", "MQTT_USERNAME=", "MQTT_PASSWORD=x"],
        labels: [{ label: "exploreiot.role", value: "api" }],
      },
      evidence: ["MQTT_USER is not set", "MQTT_PASSWORD_FILE is not set"],
    },
    {
      name: "a wrapper that is given another secret",
      given: { image: "app", env: ["MQTT_HOST=b", "MQTT_USER=u", "SECRET_VARIABLES=API_KEY"] },
      evidence: ["MQTT_PASSWORD_FILE is not set"],
    },
    {
      name: "variables that are known only at apply",
      given: { image: "app", env: "${var.env}" },
      evidence: ["cannot be judged: env is neither a list nor a map, so its names are not known"],
    },
  ],
  accepts: [
    {
      name: "a name and a file",
      given: { image: "app", env: ["MQTT_HOST=b", "MQTT_USER=u", "MQTT_PASSWORD_FILE=/run/p"] },
    },
    {
      name: "a password in the environment of another's image, which is SEC-001",
      given: { image: "app", env: ["MQTT_HOST=b", "MQTT_USER=u", "MQTT_PASSWORD=x"] },
    },
    { name: "a certificate", given: { image: "app", env: ["MQTT_HOST=b", "MQTT_TLS_KEY_FILE=/run/k"] } },
    {
      name: "a wrapper that reads the file",
      given: { image: "app", env: ["MQTT_HOST=b", "MQTT_USER=u", "SECRET_VARIABLES=A MQTT_PASSWORD"] },
    },
    { name: "no client", given: { image: "app", env: ["MQTT_TOPIC=a"] }, examined: 0 },
  ],
});
