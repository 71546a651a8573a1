import { passwordsAreNoArguments } from "../../../policies/redis/passwords-are-no-arguments.ts";
import { judges } from "../judging.ts";

const image = "redis:7";

judges(passwordsAreNoArguments, "RDS-002", {
  rejects: [
    {
      name: "passwords of the server and of the probe, without printing them",
      given: {
        image,
        command: ["redis-server", "--requirepass", "hunter2"],
        healthcheck: { test: ["CMD-SHELL", "redis-cli -a hunter2 ping"] },
      },
      evidence: [
        "command[1] holds a password, or where one will stand",
        "healthcheck.test[1] holds a password, or where one will stand",
      ],
    },
    {
      name: "one behind an equals sign, one for a shell, one that is spoken",
      given: {
        image,
        entrypoint: ["sh", "-c", "redis-server --masterauth=$PASSWORD"],
        healthcheck: { test: ["CMD-SHELL", "printf 'AUTH app hunter2' | nc localhost 6379"] },
      },
      evidence: [
        { severity: "low", text: "entrypoint[2] holds a password, or where one will stand" },
        "healthcheck.test[1] holds a password, or where one will stand",
      ],
    },
    {
      name: "a command known only at apply",
      given: { image, command: "${var.c}" },
      evidence: ["cannot be judged: command is not a list, so its words are not known"],
    },
  ],
  accepts: [
    {
      name: "files, and a shell that reads one",
      given: {
        image,
        command: ["redis-server", "/etc/redis.conf", "--appendonly", "yes"],
        healthcheck: { test: ["CMD", "bash", "-c", "printf 'AUTH health %s\\r\\n' \"$(</run/p)\" >&3"] },
      },
    },
    { name: "another server", given: { image: "app", command: ["-a", "b"] }, examined: 0 },
  ],
});
