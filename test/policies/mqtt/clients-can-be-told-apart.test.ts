import { clientsCanBeToldApart } from "../../../policies/mqtt/clients-can-be-told-apart.ts";
import { judges } from "../judging.ts";
import { alone } from "../servers.ts";

const conf = (...lines: string[]) => alone("mosquitto.conf", lines);
const evidence = ["allow_zero_length_clientid is not false, and auto_id_prefix is not set"];

judges(clientsCanBeToldApart, "MQT-013", {
  rejects: [
    { name: "silence", given: conf("listener 1"), evidence },
    { name: "clients without a name", given: conf("allow_zero_length_clientid true"), evidence },
  ],
  accepts: [
    { name: "a refusal", given: conf("allow_zero_length_clientid false") },
    { name: "a prefix", given: conf("auto_id_prefix auto-") },
  ],
});
