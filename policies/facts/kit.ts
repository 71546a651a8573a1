import { LABEL } from "../../core/labels.ts";
import type { StackDocument } from "../document.ts";
import { blocks } from "../values.ts";
import { remembered } from "./remembered.ts";

const OWN: readonly string[] = Object.values(LABEL);

/**
 * Whether the kit made a stack, by its facts, or by its labels where it was rendered or made by a program of the user's
 * own. Its constructs, labels and listeners are asked of these alone: other projects have others.
 */
export const isOfTheKit = remembered(
  (stack: StackDocument): boolean =>
    stack.facts !== undefined ||
    stack
      .of(["docker_container"])
      .some(({ block }) => blocks(block, "labels").some(({ label }) => OWN.some((name) => name === label))),
);
