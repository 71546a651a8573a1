/** The parts that rules of one's own are written with: `import … from "exploreiot/policy"`. */
export type { Environment, Resource, StackDocument } from "./document.ts";
export { type Condition, definePolicy, type Evidence, type Policy } from "./policy.ts";
export * from "./values.ts";
