import { randomBytes } from "node:crypto";
import { readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { noteMade } from "../core/inputs.ts";
import type { IStackSynthesizer, ISynthesisSession, TerraformStack } from "./cdktf.ts";

type StackManifest = ReturnType<ISynthesisSession["manifest"]["forStack"]>;

/** Lets cdktf write a stack next to its final place, and moves it there by one rename: a verb that reads it while another one synthesizes never meets half of it. */
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
      noteMade(target, readFileSync(join(outdir, draft), "utf8"));
      renameSync(join(outdir, draft), target);
    } finally {
      rmSync(join(outdir, draft), { force: true });
    }
  }
}

const withPlace = (manifest: ISynthesisSession["manifest"], place: StackManifest) =>
  Object.create(manifest, { forStack: { value: () => place } }) as ISynthesisSession["manifest"];

/** The same entry of the manifest, into which cdktf notes what it has to tell, but for the place of the stack. */
const placeAt = (place: StackManifest, synthesizedStackPath: string): StackManifest =>
  new Proxy(place, {
    get: (target, key) => (key === "synthesizedStackPath" ? synthesizedStackPath : Reflect.get(target, key)),
  });
