import { randomBytes } from "node:crypto";
import { readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { noteMade } from "../core/inputs.ts";
import type { IStackSynthesizer, ISynthesisSession, TerraformStack } from "./cdktf.ts";

type StackManifest = ReturnType<ISynthesisSession["manifest"]["forStack"]>;

/** Lets cdktf write a stack next to its final place, and moves it there by one rename, unless it says the same: a verb that reads it while another one synthesizes never meets half of it. */
export class WholeSynthesizer implements IStackSynthesizer {
  readonly #inner: IStackSynthesizer;
  readonly #stack: TerraformStack;

  constructor(stack: TerraformStack) {
    this.#inner = stack.synthesizer;
    this.#stack = stack;
  }

  synthesize(session: ISynthesisSession): void {
    const { manifest, outdir } = session;
    const place = manifest.forStack(this.#stack);
    const draft = `${place.synthesizedStackPath}.${process.pid}.${randomBytes(4).toString("hex")}.tmp`;
    try {
      this.#inner.synthesize({ ...session, manifest: withPlace(manifest, placeAt(place, draft)) });
      const target = join(outdir, place.synthesizedStackPath);
      const text = readFileSync(join(outdir, draft), "utf8");
      noteMade(target, text);
      // A file system brings to the disk at once what takes the place of another file: the longest step of many stacks.
      if (!says(target, text)) renameSync(join(outdir, draft), target);
    } finally {
      rmSync(join(outdir, draft), { force: true });
    }
  }
}

function says(file: string, text: string): boolean {
  try {
    return readFileSync(file, "utf8") === text;
  } catch {
    return false;
  }
}

const withPlace = (manifest: ISynthesisSession["manifest"], place: StackManifest) =>
  Object.create(manifest, { forStack: { value: () => place } }) as ISynthesisSession["manifest"];

/** The same entry of the manifest, into which cdktf notes what it has to tell, but for the place of the stack. */
const placeAt = (place: StackManifest, synthesizedStackPath: string): StackManifest =>
  new Proxy(place, {
    get: (target, key) => (key === "synthesizedStackPath" ? synthesizedStackPath : Reflect.get(target, key)),
  });
