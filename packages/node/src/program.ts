/** What main.ts runs: starts a node, or one of the commands beside it. `--help` lists everything. */
import { COMMANDS_HELP, isCommand, runCommand } from "./cli/index.ts";
import { ConfigError, describeSettings, readConfig } from "./config.ts";
import { DataDirInUse } from "./data-lock.ts";
import { createNode, VERSION } from "./node.ts";
import { restWhenQuiet } from "./rest.ts";
import { StoreVersionError } from "./store/sqlite/migrations/index.ts";

const args = process.argv.slice(2);
const say = (line: string) => {
  console.log(line);
};
try {
  if (args.includes("--help")) say(`${describeSettings()}\n\n${COMMANDS_HELP}`);
  else if (isCommand(args)) {
    const context = { environment: process.env, version: VERSION, now: Date.now, say };
    process.exitCode = await runCommand(args, context);
  } else await serve();
} catch (error) {
  process.exitCode = 1;
  console.error(sentenceFor(error));
}

async function serve(): Promise<void> {
  // What the node writes is for this user only.
  process.umask(0o077);
  const config = readConfig(args, process.env);
  const node = await createNode(config);
  say(`Baraza listens on ${config.host}, port ${node.port}: ${node.url}`);
  const link = await node.setupLink();
  if (link !== null) {
    say(
      `There is no administrator yet. Open this link within ${config.setupMinutes} minutes; it works once\n` +
        `(a new one is made at each start, and kept in the file setup-link of the data directory):\n\n  ${link}\n`,
    );
  }
  restWhenQuiet();
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    node.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

/** What whoever started the node can act on; anything else is a fault of the program, and shown whole. */
function sentenceFor(error: unknown): unknown {
  if (
    error instanceof ConfigError ||
    error instanceof DataDirInUse ||
    error instanceof StoreVersionError
  )
    return error.message;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE")
    return "The port is taken by another program: choose another with --port.";
  if (code === "EACCES") return "This user may not use that port or data directory.";
  return error;
}
