import { join } from "node:path";
import { App, TerraformStack } from "../constructs/cdktf.ts";
import { UserError } from "../core/errors.ts";
import { judge } from "../policies/gate.ts";
import type { Policy } from "../policies/policy.ts";

/** The rules that stacks add, in each app that is judged. */
const judged = new WeakMap<App, Map<TerraformStack, readonly Policy[]>>();

/**
 * Judges every stack of an app once all are written: those of the kit, and all others that the app has. So no way of
 * starting the app, and no stack of its own, passes unseen.
 *
 * @param stack whose app it is
 * @param ownRules what this stack is judged by as well
 * @param say takes what the rules tell of stacks that they let pass: the first that is given for an app
 * @throws UserError if the app leaves validations out, of which this is one
 */
export function judgeAtSynthesis(
  stack: TerraformStack,
  ownRules: readonly Policy[],
  say: (line: string) => void = console.log,
): void {
  const app = App.of(stack);
  if (app.skipValidation)
    throw new UserError(
      "new App: skipValidation is true, which would leave the policies out; allowed: false, or left out",
      "waive the rules that do not fit, each with a reason: policies/README.md",
    );
  const known = judged.get(app);
  if (known !== undefined) {
    known.set(stack, ownRules);
    return;
  }
  const added = new Map([[stack, ownRules]]);
  judged.set(app, added);
  app.node.addValidation({
    validate: () => {
      for (const line of judge(stacksOf(app, added))) say(line);
      return [];
    },
  });
}

const stacksOf = ({ node, outdir, manifest }: App, added: ReadonlyMap<TerraformStack, readonly Policy[]>) =>
  node
    .findAll()
    .filter((element) => TerraformStack.isStack(element))
    .map((stack) => ({
      file: join(outdir, manifest.forStack(stack).synthesizedStackPath),
      ownRules: added.get(stack) ?? [],
    }));
