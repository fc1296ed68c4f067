/** `npm run keylog -- audit https://node.example`: checks a node's key log from outside. */
import { keyLogCommand } from "./cli/keylog-audit.ts";

process.exitCode = await keyLogCommand(process.argv.slice(2), (line) => {
  process.stdout.write(`${line}\n`);
});
