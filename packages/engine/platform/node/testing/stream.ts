/** A process that writes to the store at argv[2] until it is killed, and says on stdout what was acknowledged. */
import { writeSync } from "node:fs";
import { writeStream } from "../../../src/store/conformance.ts";
import { openNodeStore } from "../store.ts";

await writeStream(await openNodeStore(process.argv[2] ?? ""), (n) => writeSync(1, `${n}\n`));
