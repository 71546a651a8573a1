import { createWriteStream, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { BundleArchive } from "../../../render/bundle/archive.ts";
import { addProviders, placeProviders } from "../../../render/bundle/providers.ts";
import { readBundle } from "../../../render/bundle/read.ts";
import { run } from "../../../runners/run.ts";
import { bundleFiles, packed, sealed } from "../../support/bundle.ts";
import { errorText } from "../../support/error-text.ts";
import { temporaryFolder, write } from "../../support/temporary-folder.ts";

const ZIP = "registry.terraform.io/kreuzwerker/docker/terraform-provider-docker_4.5.0_linux_amd64.zip";

describe("a mirror of providers", () => {
  test("is packed as it lies, without anything else that lies there", async () => {
    const folder = temporaryFolder();
    write(folder, ZIP, "zip");
    write(folder, "registry.terraform.io/kreuzwerker/docker/index.json", "{}");
    write(folder, "id_ed25519", "not for you");
    const target = join(temporaryFolder(), "a.tar");
    const archive = await BundleArchive.into(createWriteStream(target));
    await addProviders(archive, folder);
    await archive.end();

    expect((await run(["tar", "-tf", target])).stdout.split("\n")).toEqual([
      "providers/registry.terraform.io/kreuzwerker/docker/index.json",
      `providers/${ZIP}`,
      "",
    ]);
    expect((await run(["tar", "-xOf", target, `providers/${ZIP}`])).stdout).toBe("zip");
  });

  test("goes into the rendered folder, where terraform init -plugin-dir=providers finds it", async () => {
    const path = await packed(sealed([...bundleFiles(), [`providers/${ZIP}`, "zip"]]));
    const folder = temporaryFolder();
    await placeProviders(await readBundle(path, "anyone"), folder);

    expect(readFileSync(join(folder, "terraform/providers", ZIP), "utf8")).toBe("zip");
  });

  test("that was changed behind the check is not put there", async () => {
    const path = await packed(sealed([...bundleFiles(), [`providers/${ZIP}`, "zip"]]));
    const bundle = await readBundle(path, "anyone");
    const other = await packed(sealed([...bundleFiles(), [`providers/${ZIP}`, "zap"]]));
    const folder = temporaryFolder();

    expect(await errorText(() => placeProviders({ ...bundle, path: other }, folder))).toBe(
      `${other}: was changed while it was applied\n  → run it again`,
    );
    expect(existsSync(join(folder, "terraform/providers", ZIP))).toBe(false);
  });

  test("with nothing in it, or that is not there, is refused", async () => {
    const folder = temporaryFolder();
    const archive = await BundleArchive.into(createWriteStream(join(folder, "a.tar")));

    expect(await errorText(() => addProviders(archive, folder))).toBe(
      `${folder}: holds no packed provider (.zip)\n  → write one where there is network: terraform providers mirror ${folder}`,
    );
    expect(await errorText(() => addProviders(archive, join(folder, "none")))).toMatch(
      /cannot be read \(no such file or folder/,
    );
  });
});
