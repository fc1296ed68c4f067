/**
 * The node's program: `node packages/node/src/main.ts [command] [--setting value]...`; `--help` lists everything.
 *
 * [Note: Why it starts itself again] Node.js strips the types of each file that it loads, with a parser that then stays
 * in memory, in every thread. Its compile cache keeps the results, but only where the environment named it before the
 * process began; then a node takes 40 MiB less from its second start on. So the process replaces itself once (same
 * process id), and where the system cannot do that it goes on as it is. On the way it asks glibc for two heaps instead
 * of one for each thread: what a dozen threads keep of a busy hour is 30 MiB more than what two heaps do.
 */
import { fileURLToPath } from "node:url";

if (process.env["NODE_COMPILE_CACHE"] === undefined) {
  // Beside the program and not in the common temporary directory, where anyone could put code.
  const cache = fileURLToPath(new URL("../../../.cache/compile", import.meta.url));
  try {
    process.execve?.(
      process.execPath,
      [process.execPath, ...process.execArgv, ...process.argv.slice(1)],
      { MALLOC_ARENA_MAX: "2", ...process.env, NODE_COMPILE_CACHE: cache },
    );
  } catch {
    // Not on this system.
  }
}
await import("./program.ts");
