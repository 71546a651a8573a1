import { LABEL } from "../../core/labels.ts";
import type { StackDocument } from "../document.ts";
import { labelOf } from "./containers.ts";
import { remembered } from "./remembered.ts";

/**
 * Whether the kit made a stack, by its facts, or by its labels where it was rendered or made by a program of the user's
 * own. Its constructs, labels and listeners are asked of these alone: other projects have others.
 */
export const isOfTheKit = remembered(
  (stack: StackDocument): boolean =>
    stack.facts !== undefined ||
    stack
      .of(["docker_container"])
      .some(({ block }) => Object.values(LABEL).some((name) => labelOf(block, name) !== undefined)),
);
