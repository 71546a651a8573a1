import { chmodSync } from "node:fs";
import { onTestFinished } from "vitest";
import { temporaryFolder, write } from "./temporary-folder.ts";

/**
 * Puts shell scripts in front of what is installed, for one test: name to what the program does.
 *
 * @param only whether nothing else can be found
 */
export function programs(scripts: Readonly<Record<string, string>>, only = false): void {
  const before = process.env.PATH;
  const folder = temporaryFolder();
  for (const [name, script] of Object.entries(scripts))
    chmodSync(write(folder, name, `#!/bin/sh\n${script}\n`), 0o755);
  process.env.PATH = only ? folder : `${folder}:${before}`;
  onTestFinished(() => {
    process.env.PATH = before;
  });
}

/** Sets a variable of this process's environment for one test. */
export function environment(name: string, value: string | undefined): void {
  const before = process.env[name];
  const set = (text: string | undefined) => {
    if (text === undefined) delete process.env[name];
    else process.env[name] = text;
  };
  set(value);
  onTestFinished(() => set(before));
}
