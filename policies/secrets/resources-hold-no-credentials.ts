import { soundsSecret } from "../facts/secret-names.ts";
import { definePolicy } from "../policy.ts";
import { type Block, blocks, isBlock, isKnown, show } from "../values.ts";

const SECRET = ["password", "identity_token", "registry_token", "auth"];

export const resourcesHoldNoCredentials = definePolicy({
  id: "SEC-014",
  severity: "high",
  title: "no resource holds credentials of a registry that are written out",
  why: "The credentials of a registry let anyone who reads the state push an image that this stack then runs.",
  avoid: `{"resource": {"docker_image": {"web": {
  "name": "web", "build": {"context": ".", "auth_config": [{"host_name": "registry.example.org", "user_name": "ci", "password": "tr0ub4dor-9x"}]}
}}}}`,
  prefer: `{"resource": {"docker_image": {"web": {
  "name": "web", "build": {"context": "."}
}}}}`,
  allowed: "sensitive variables, or what the machine that runs Terraform is logged in with",
  fix: "remove auth and auth_config, and log in with docker login where Terraform runs",
  words: {
    compose: {
      allowed: "credentials that docker login keeps, build secrets",
      fix: "use secrets of the build, or docker login",
    },
  },
  source: "kreuzwerker/docker: build.auth_config.password is not sensitive",
  looksAt: ["docker_image", "docker_registry_image", "docker_service", "data.docker_registry_image"],
  check: ({ block }) => [
    ...["auth", "auth_config"].flatMap((name) => blocks(block, name).flatMap((auth) => written(auth, name))),
    ...blocks(block, "build").flatMap((build) => [
      ...blocks(build, "auth_config").flatMap((auth) => written(auth, "build.auth_config")),
      ...buildArguments(build),
    ]),
  ],
});

const written = (auth: Block, place: string) =>
  SECRET.filter((name) => isWritten(auth[name])).map((name) => `${place}.${name} is written out`);

const isWritten = (value: unknown) => typeof value === "string" && value !== "" && isKnown(value);

/** They stay in the history of the image. */
const buildArguments = (build: Block) =>
  ["build_args", "build_arg"].flatMap((attribute) => {
    const given = build[attribute];
    return Object.entries(isBlock(given) ? given : {})
      .filter(([name, value]) => soundsSecret(name) && isWritten(value))
      .map(([name]) => `build argument ${show(name)} is written out`);
  });
