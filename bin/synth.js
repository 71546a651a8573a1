import { bundled } from "./bundle.js";

await import(await bundled("main"));
