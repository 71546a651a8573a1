// Loaded before a program (node --import): its last line says the most memory that it had, in KiB.
process.once("exit", () => process.stdout.write(`\n${process.resourceUsage().maxRSS}\n`));
