import { topicsHaveAnAccessList } from "../../../policies/mqtt/topics-have-an-access-list.ts";
import { judges } from "../judging.ts";
import { alone, broker, file } from "../servers.ts";

const acl = (...lines: string[]) => alone("acl", lines);

judges(topicsHaveAnAccessList, "MQT-003", {
  rejects: [
    {
      name: "a broker without a list",
      given: alone("mosquitto.conf", ["listener 1883"]),
      evidence: ["acl_file is not set"],
    },
    {
      name: "a list that the broker is not given",
      given: file("mosquitto.conf", ["acl_file /etc/other/aclfile"]),
      around: broker(),
      evidence: ["acl_file /etc/other/aclfile is not given to the broker (mosquitto.conf line 1)"],
    },
    {
      name: "a list of which only the folder is known",
      given: file("mosquitto.conf", ["acl_file /mosquitto/data/topics"]),
      around: broker(),
      evidence: ["acl_file /mosquitto/data/topics has a text that is not known here (mosquitto.conf line 1)"],
    },
    {
      name: "everything for a device, for anonymous clients and for everybody",
      type: "file/mosquitto.acl",
      given: acl("topic read #", "user device", "topic #", "topic readwrite #", "pattern write #"),
      evidence: [
        "anonymous may read # (acl line 1)",
        "device may readwrite # (acl line 3)",
        "device may readwrite # (acl line 4)",
        "* may write # (acl line 5)",
      ],
    },
    {
      name: "a topic that anonymous clients may write",
      type: "file/mosquitto.acl",
      given: acl("topic read news", "topic readwrite readings/+", "user device", "topic write readings/+"),
      evidence: ["anonymous may readwrite readings/+ (acl line 2)"],
    },
    {
      name: "a list that does not parse",
      type: "file/mosquitto.acl",
      given: acl("user a", "allow all"),
      evidence: ["cannot be judged: acl line 2 is no rule"],
    },
  ],
  accepts: [
    {
      name: "a list that the broker is given",
      given: file("mosquitto.conf", ["acl_file /etc/server/acl"]),
      around: broker(),
      examined: 2,
    },
    { name: "a plugin", given: alone("mosquitto.conf", ["plugin /lib/mosquitto_dynamic_security.so"]) },
    {
      name: "topics by name, and everything for the administrator",
      type: "file/mosquitto.acl",
      given: acl("user a", "topic write devices/a/#", "topic deny #", "user admin", "topic #"),
    },
  ],
});
