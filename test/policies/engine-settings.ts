/** A daemon.json with those settings, as policies are given it. */
export const daemonJson = (settings: object) => ({ text: JSON.stringify(settings) });

/** Every policy on a daemon.json rejects one that it cannot read. */
export const UNREADABLE = [
  {
    name: "a file that is not JSON",
    given: { text: "[]" },
    evidence: ["cannot be judged: the file is not a JSON object"],
  },
  {
    name: "a file that is not known here",
    given: {},
    evidence: ["cannot be judged: its text is not known here"],
  },
];
