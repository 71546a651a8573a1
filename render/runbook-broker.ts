import { dataOf } from "../core/data.ts";
import { ofRole } from "../runners/containers.ts";
import type { Model } from "./model.ts";

/** The task for a broker that could not use its store at a start. */
export function brokerStore({ stack }: Model): string {
  const broker = ofRole(stack, "mosquitto");
  const [volume] = broker === undefined ? [] : dataOf([broker]);
  return [
    "The broker keeps messages that nobody has taken yet, the sessions of its clients and retained messages in `mosquitto.db`. Where it cannot read that file at a start, where the file needs more memory than the container has, or where it has ended twice while it read it, the file is renamed to `mosquitto.db.set-aside-TIME` and the last good copy is taken, or none. The log then has a line with `start-broker: ERROR`, and the container's probe (`docker inspect`) a `warning:` for as long as `set-aside.txt` is there. At most three such files are kept.",
    "Messages that were in the file and not in the copy are not delivered. Ask who publishes to send again what it still has. Look for the cause before you start the old file again: a full disk (`docker system df`), or too little memory (`mosquitto.limits.memoryMiB`).",
    [
      "```sh",
      `docker run --rm -v ${volume}:/data:ro --entrypoint sh IMAGE -c 'ls -l /data; cat /data/set-aside.txt'`,
      "docker compose stop mosquitto   # then, to try the old file again with more memory:",
      `docker run --rm -v ${volume}:/data --entrypoint sh IMAGE -c 'mv /data/mosquitto.db.set-aside-TIME /data/mosquitto.db'`,
      "docker compose start mosquitto",
      `docker run --rm -v ${volume}:/data --entrypoint sh IMAGE -c 'rm /data/set-aside.txt /data/mosquitto.db.set-aside-*'   # when it is settled`,
      "```",
    ].join("\n"),
    "`IMAGE` is the broker's, in the table at the top.",
  ].join("\n\n");
}
