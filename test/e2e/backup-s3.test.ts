import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missing, titled } from "../support/e2e.ts";
import { BackupAlone } from "../support/e2e-backup-alone.ts";
import { BackupTarget } from "../support/e2e-target.ts";

describe.skipIf(missing.docker)(titled("backups to a server of S3", missing.docker), () => {
  const alone = new BackupAlone();
  const target = new BackupTarget(3, ["s3"]);

  beforeAll(async () => {
    await alone.prepare();
    await target.open();
    await alone.start(undefined, undefined, "bridge");
    alone.at(target.s3);
  });
  afterAll(async () => {
    await alone.forget();
    await target.close();
  });

  test("are refused where nobody knows its CA, or it does not know the key", async () => {
    const { RESTIC_CACERT: _, ...unknown } = target.credentials("s3");
    alone.setCredentials(unknown);
    const untrusted = await alone.said("now");
    alone.setCredentials({ ...target.credentials("s3"), AWS_ACCESS_KEY_ID: "nobody" });
    const refused = await alone.said("now");

    expect([untrusted, refused]).toEqual([
      `backup: ${target.s3} shows a certificate of a CA that nobody here knows: name its PEM file, backup.credentials.RESTIC_CACERT`,
      `backup: ${target.s3} does not let us in: check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of backup.credentials, and what they may do`,
    ]);
  });

  test("are made, verified, read byte by byte, and go when they are old", async () => {
    alone.setCredentials(target.credentials("s3"));
    const codes = [];
    for (const words of [["now"], ["verify"], ["now"], ["now"], ["now"], ["check"]])
      codes.push((await alone.backup(...words)).code);

    expect(codes).toEqual([0, 0, 0, 0, 0, 0]);
    // Two are kept, and the one that was verified.
    expect(await alone.ids()).toHaveLength(3);
  });
});
