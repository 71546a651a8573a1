import { isAbsolute, join } from "node:path";
import type { Resource } from "../../document.ts";
import { asLiteral, textAt } from "../../files.ts";
import { type Block, isBlock, texts } from "../../values.ts";

/** The image that a service builds, in the shape of `docker_image`. */
export function builtImage(name: string, { build, image }: Block): Resource[] {
  if (!isBlock(build)) return [];
  const { context, dockerfile, args, network } = build;
  const platforms = texts(build, "platforms");
  const rights = [...texts(build, "entitlements"), ...(build.privileged === true ? ["privileged"] : [])];
  const block = {
    name: image ?? `${name}:built`,
    build: {
      context,
      ...(dockerfile === undefined ? {} : { dockerfile }),
      ...(args === undefined ? {} : { build_args: args }),
      ...(network === undefined ? {} : { network_mode: network }),
      ...(platforms.length === 0 ? {} : { platform: platforms.join(",") }),
      // What BuildKit calls entitlements takes away the same walls.
      ...(rights.length === 0 ? {} : { security_opt: rights }),
    },
  };
  return [{ type: "docker_image", id: name, path: `services.${name}.build`, block }];
}

/** The Dockerfile of a service: the text that stands in the compose file, or the file if it is at hand. */
export function dockerfile(name: string, { build }: Block): Resource[] {
  if (!isBlock(build)) return [];
  const { context, dockerfile = "Dockerfile", dockerfile_inline: inline } = build;
  const source = isAbsolute(String(dockerfile))
    ? String(dockerfile)
    : join(String(context), String(dockerfile));
  const text = inline ?? asLiteral(textAt(source));
  if (text === undefined) return [];
  return [
    {
      type: "file/Dockerfile",
      id: `${name}/Dockerfile`,
      path: `services.${name}.build:Dockerfile`,
      block: { file: "Dockerfile", text, ...(inline === undefined ? { source } : {}) },
    },
  ];
}
