import { createRequire } from "node:module";
import { Construct } from "constructs";
import { expect, test } from "vitest";
import { App, DefaultTokenResolver, StringConcat, TerraformStack } from "../../constructs/cdktf.ts";
import { quickly } from "../../constructs/quick-tokens.ts";

const required = createRequire(import.meta.url);
const { Fn, Lazy, Token } = required("cdktf");
/** cdktf's own, which the seam has replaced. */
const { resolve } = required("cdktf/lib/tokens/private/resolve.js");

const stack = new TerraformStack(new App({ outdir: "/nonexistent", skipBackendValidation: true }), "tokens");
const options = { scope: stack, preparing: false, resolver: new DefaultTokenResolver(new StringConcat()) };
const own = (value: unknown) => resolve(value, options);
const quick = (value: unknown) => quickly(resolve)(value, options);

const lazy = Lazy.stringValue({ produce: () => "made late" });
const values: Readonly<Record<string, unknown>> = {
  "plain values": {
    a: "text",
    b: 0,
    c: 12.5,
    d: true,
    e: null,
    f: undefined,
    g: [1, undefined, "x"],
    h: {},
    i: [],
  },
  "what looks like a number with an exponent": ["1e+5", "-1e+289", "3e4", "sha256:12e+3"],
  "negative numbers": [-1, -0.5, { a: -3 }],
  "a text": lazy,
  "a text in a text": { name: `before ${lazy} after` },
  "an expression": {
    name: Token.asString("${docker_image.base.image_id}"),
    literal: "$${HOME} ${var.x} %{ if }",
  },
  "a number": { port: Token.asNumber(lazy), said: `port ${Token.asNumber(lazy)}` },
  "a list": {
    all: Token.asList(lazy),
    numbers: Token.asNumberList(Lazy.anyValue({ produce: () => [1, 2] })),
  },
  "a map": { all: Token.asStringMap(lazy), numbers: Token.asNumberMap(lazy), any: Token.asAnyMap(lazy) },
  "a key": { [`${lazy}`]: 1 },
  "a function of Terraform": { joined: Fn.join("-", ["a", lazy]) },
  "tokens that resolve to tokens": Lazy.anyValue({ produce: () => ({ a: [lazy, { b: undefined }] }) }),
  "an object that resolves itself": {
    at: { resolve: () => "itself", creationStack: [], toString: () => "" },
  },
  "a date": { at: new Date(0) },
};

test.each(Object.entries(values))("%s comes out as from cdktf", (_, value) => {
  expect(quick(value)).toEqual(own(value));
  expect(JSON.stringify(quick(value))).toBe(JSON.stringify(own(value)));
});

const circle: { inner?: unknown } = {};
circle.inner = circle;

test.each(
  Object.entries({
    "a function": { run: () => 1 },
    "a construct": { of: new Construct(stack, "part") },
    "a value that contains itself": circle,
    "a list token in a text": `${Token.asList(lazy)[0]}`,
    "a number of a map of tokens": { a: -123456789 },
    "two lists": [...Token.asList(lazy), "more"],
  }),
)("%s is refused as by cdktf", (_, value) => {
  const refusal = (act: (value: unknown) => unknown) => {
    try {
      return act(value);
    } catch (error) {
      return (error as Error).message.replace(/"?\/[\w/]*"?/g, "PATH");
    }
  };
  expect(refusal(quick)).toEqual(refusal(own));
  expect(() => quick(value)).toThrow();
});
