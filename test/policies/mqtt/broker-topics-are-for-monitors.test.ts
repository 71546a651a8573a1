import { brokerTopicsAreForMonitors } from "../../../policies/mqtt/broker-topics-are-for-monitors.ts";
import { judges } from "../judging.ts";
import { alone } from "../servers.ts";

const acl = (...lines: string[]) => alone("acl", lines);

judges(brokerTopicsAreForMonitors, "MQT-017", {
  rejects: [
    {
      name: "a device, everybody and anonymous clients",
      given: acl(
        "topic read $SYS/broker/uptime",
        "user device",
        "topic read devices/#",
        "topic read $SYS/#",
        "pattern read $SYS/broker/clients/#",
      ),
      evidence: [
        "anonymous may read $SYS/broker/uptime (acl line 1)",
        "device may read $SYS/# (acl line 4)",
        "everybody may read $SYS/broker/clients/# (acl line 5)",
      ],
    },
    {
      name: "a device that writes alone",
      given: acl("user device", "topic write devices/a", "topic read $SYS/#"),
      evidence: ["device may read $SYS/# (acl line 3)"],
    },
    {
      name: "a monitor that may write there",
      given: acl("user monitor", "topic $SYS/#"),
      evidence: ["monitor may readwrite $SYS/# (acl line 2)"],
    },
  ],
  accepts: [
    {
      name: "one who does nothing else, and one who is called so",
      given: acl(
        "user health",
        "topic read $SYS/broker/uptime",
        "user monitor",
        "topic read $SYS/#",
        "topic read a",
      ),
    },
    { name: "a denial", given: acl("user device", "topic read a", "topic deny $SYS/#") },
  ],
});
