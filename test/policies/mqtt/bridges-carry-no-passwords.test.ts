import { bridgesCarryNoPasswords } from "../../../policies/mqtt/bridges-carry-no-passwords.ts";
import { judges } from "../judging.ts";
import { alone } from "../servers.ts";

const conf = (...lines: string[]) => alone("mosquitto.conf", lines);

judges(bridgesCarryNoPasswords, "MQT-015", {
  rejects: [
    {
      name: "passwords of a bridge and of a plugin, without printing them",
      given: conf(
        "connection cloud",
        "remote_password hunter2",
        "plugin_opt_db_password hunter2",
        "bridge_psk abc",
      ),
      evidence: [
        "remote_password is written out (mosquitto.conf line 2)",
        "plugin_opt_db_password is written out (mosquitto.conf line 3)",
        "bridge_psk is written out (mosquitto.conf line 4)",
      ],
    },
  ],
  accepts: [
    {
      name: "a bridge with a certificate",
      given: conf(
        "connection cloud",
        "remote_username us",
        "bridge_keyfile /c/key",
        "plugin_opt_config_file /c/f",
      ),
    },
  ],
});
