import {
  type IStackSynthesizer,
  type ISynthesisSession,
  type TerraformStack,
  withOwnTokens,
} from "./cdktf.ts";

/** Has a stack made when it is to be written, and lets go of its parts once it is: of a thousand stacks one is in memory. */
export class OneAtATime implements IStackSynthesizer {
  readonly #stack: TerraformStack;
  readonly #inner: IStackSynthesizer;
  readonly #make: () => void;

  /** @param make the parts of the stack */
  constructor(stack: TerraformStack, inner: IStackSynthesizer, make: () => void) {
    this.#stack = stack;
    this.#inner = inner;
    this.#make = make;
  }

  synthesize(session: ISynthesisSession): void {
    withOwnTokens(() => {
      this.#make();
      this.#inner.synthesize(session);
    });
    const { node } = this.#stack;
    for (const { node: part } of node.children) node.tryRemoveChild(part.id);
  }
}
