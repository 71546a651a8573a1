import { program } from "./program.js";

await import(await program("main"));
