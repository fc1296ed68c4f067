/**
 * `npm run demo`: two nodes that serve the app, six people in four languages, and conversations that go on. The people
 * are run by engines in this process; whoever signs in as one of them in a browser is a second device of theirs.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { network } from "./network.ts";
import { populate } from "./populate.ts";
import { seeded } from "./seeded.ts";
import { pause } from "./until.ts";

const SEED = 1;
/** Ports of the two nodes, one after the other. */
const FIRST_PORT = Number(process.env["BARAZA_DEMO_PORT"] ?? 8081);
/** Milliseconds between two things that people do. */
const [SOON, LATE] = [4000, 20_000];

const appDir = fileURLToPath(new URL("../../web/dist", import.meta.url));
if (!existsSync(join(appDir, "index.html")))
  console.error("The app is not built: the nodes run without it. `npm run build` makes it.");

const say = (line: string) => console.log(line);
say("Two nodes start ...");
const net = await network({ nodes: 2, ports: [FIRST_PORT, FIRST_PORT + 1], appDir });
let over = false;
const end = () => {
  if (over) process.exit(1);
  over = true;
  say("\nThe demo ends and takes its data with it.");
  net.close().then(
    () => process.exit(0),
    () => process.exit(1),
  );
};
process.on("SIGINT", end);
process.on("SIGTERM", end);

try {
  const demo = await populate(net, SEED, (what) => say(`  ${what}`));
  say("\nSign in as any of them; conversations go on by themselves. Ctrl+C ends it.\n");
  for (const { name, displayName, node, passphrase } of demo.seeds)
    say(`  ${net.node(node).url}   ${name.padEnd(8)} ${passphrase}   (${displayName})`);
  say("");
  const random = seeded(SEED);
  while (!over) {
    await pause(SOON + random.int(LATE - SOON));
    if (!over) await demo.next();
  }
} catch (error) {
  if (!over) {
    await net.close();
    throw error;
  }
}
