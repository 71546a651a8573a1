import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MqttClient } from "mqtt";
import { run } from "../../runners/run.ts";
import { docker, until } from "./e2e.ts";

/** A second broker, made like `original`, whose store is on a disk of 1.5 MiB. */
export async function onSmallDisk(original: string, port: number) {
  const disk = mkdtempSync(join(tmpdir(), "exploreiot-disk-"));
  await run(["mount", "-t", "tmpfs", "-o", "size=1536k,uid=1883,gid=1883,mode=700", "tmpfs", disk]);
  const [{ Config, HostConfig, Image }] = JSON.parse(await docker("inspect", original));
  const container = `${original}-small-disk`;
  const [program = "", ...rest] = [...(Config.Entrypoint ?? []), ...(Config.Cmd ?? [])];
  const remove = async () => {
    await run(["docker", "rm", "--force", container], { expected: [0, 1] });
    await run(["umount", disk]);
    rmdirSync(disk);
  };
  const groups = (HostConfig.GroupAdd ?? []).flatMap((group: string) => ["--group-add", group]);
  await run(["docker", "rm", "--force", container], { expected: [0, 1] });
  await docker(
    ...["run", "--detach", "--name", container, "--init", "--memory", "64m", "--no-healthcheck"],
    ...Config.Env.flatMap((entry: string) => ["--env", entry]),
    ...["--user", Config.User, ...groups, "--volumes-from", original, "--volume", `${disk}:/mosquitto/data`],
    ...["--publish", `127.0.0.1:${port}:1883`, "--entrypoint", program, Image, ...rest],
  );
  // Docker's proxy takes connections before the broker does, and then closes them.
  const answers = () =>
    until("the broker answers", async () => {
      const asked = ["mosquitto_sub", "-t", "$SYS/broker/uptime", "-C", "1", "-W", "2"];
      const { code } = await run(["docker", "exec", container, ...asked], { expected: [0, 1, 27] });
      return code === 0;
    });
  return { container, answers, remove };
}

/** Sends numbered messages of 2 kB until the broker puts the client out; which were acknowledged. */
export async function untilPutOut(sender: MqttClient, limit: number): Promise<readonly number[]> {
  const acknowledged: number[] = [];
  let closed = false;
  sender.on("close", () => {
    closed = true;
  });
  for (let number = 0; number < limit && !closed; number += 1) {
    const sent = sender.publishAsync("sensor/disk", String(number).padEnd(2_000), { qos: 1 });
    const ended = new Promise<false>((resolve) => sender.once("close", () => resolve(false)));
    if (await Promise.race([sent.then(() => true as const), ended])) acknowledged.push(number);
    sender.setMaxListeners(0);
  }
  if (!closed) throw new Error(`the broker acknowledged all of ${limit} messages`);
  return acknowledged;
}
