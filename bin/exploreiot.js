#!/usr/bin/env node
import { program } from "./program.js";

await import(await program("cli"));
