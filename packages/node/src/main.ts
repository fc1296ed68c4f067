/** Starts a node from the command line: `node packages/node/src/main.ts [--setting value]...`. */
import { rm } from "node:fs/promises";
import { toBase64url } from "@baraza/protocol";
import { ConfigError, describeSettings, readConfig } from "./config.ts";
import { DataDirInUse, dataPaths } from "./data-dir.ts";
import { createNode } from "./node.ts";
import { writeDurably } from "./secrets.ts";
import { StoreVersionError } from "./store/sqlite/migrations/index.ts";

const args = process.argv.slice(2);
if (args.includes("--help")) console.log(describeSettings());
else {
  try {
    await main();
  } catch (error) {
    process.exitCode = 1;
    console.error(sentenceFor(error));
  }
}

async function main(): Promise<void> {
  const config = readConfig(args, process.env);
  const node = await createNode(config);
  const { setupLink } = dataPaths(config.dataDir);
  console.log(`Baraza listens on ${node.url} as ${node.name}.`);
  const code = await node.setupCode();
  if (code === null) await rm(setupLink, { force: true });
  else {
    const link = `${node.url}/setup#${toBase64url(new Uint8Array(code))}`;
    await writeDurably(setupLink, new TextEncoder().encode(`${link}\n`));
    console.log(
      `There is no administrator yet. Open this link within ${config.setupMinutes} minutes; it works once\n` +
        `(it is also in ${setupLink}, and a new one is made at each start):\n\n  ${link}\n`,
    );
  }
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
