import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { noteMade } from "../core/inputs.ts";
import type { IStackSynthesizer, ISynthesisSession } from "./cdktf.ts";

const STACKS = "stacks";

/** Lets cdktf write into a folder next to the final one, and moves each file by one rename: a verb that reads a stack while another one synthesizes it never meets half of it. */
export class WholeSynthesizer implements IStackSynthesizer {
  readonly #inner: IStackSynthesizer;

  constructor(inner: IStackSynthesizer) {
    this.#inner = inner;
  }

  synthesize(session: ISynthesisSession): void {
    const draft = mkdtempSync(join(session.outdir, "draft-"));
    try {
      mkdirSync(join(draft, STACKS));
      this.#inner.synthesize({ ...session, outdir: draft });
      for (const stack of readdirSync(join(draft, STACKS))) {
        const target = join(session.outdir, STACKS, stack);
        mkdirSync(target, { recursive: true });
        for (const file of readdirSync(join(draft, STACKS, stack))) {
          noteMade(join(target, file), readFileSync(join(draft, STACKS, stack, file), "utf8"));
          renameSync(join(draft, STACKS, stack, file), join(target, file));
        }
      }
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
  }
}
