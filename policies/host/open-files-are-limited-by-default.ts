import { daemonJson } from "../files/daemon-json.ts";
import { definePolicy } from "../policy.ts";
import { asNumber, blocks, show } from "../values.ts";

export const openFilesAreLimitedByDefault = definePolicy({
  id: "DMN-006",
  severity: "low",
  title: "the number of open files is limited unless a container says otherwise",
  why: "Engines differ in how many open files a container gets: from 1024 to as many as the kernel has.",
  avoid: `# daemon.json
{"live-restore": true}`,
  prefer: `# daemon.json
{"default-ulimits": {"nofile": {"Name": "nofile", "Soft": 1024, "Hard": 4096}}}`,
  allowed: "default-ulimits.nofile with Soft and Hard above 0",
  fix: 'set "default-ulimits": { "nofile": { "Name": "nofile", "Soft": 1024, "Hard": 65536 } }',
  source: "CIS Docker Benchmark 1.6.0, 2.8",
  looksAt: ["file/daemon.json"],
  check: (file) => {
    const [limits = {}] = blocks(daemonJson(file), "default-ulimits");
    const [nofile] = blocks(limits, "nofile");
    if (nofile === undefined) return ["default-ulimits.nofile is not set"];
    return ["Soft", "Hard"].flatMap((name) =>
      asNumber(nofile[name]) > 0 ? [] : [`default-ulimits.nofile.${name} is ${show(nofile[name])}`],
    );
  },
});
