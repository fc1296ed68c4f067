/** Commands beside starting the node: `node src/main.ts <command> [options] [settings]`. */
import { parseArgs } from "node:util";
import type { Config } from "../config.ts";
import { ConfigError, readConfig } from "../config.ts";
import { databasePath } from "../data-dir.ts";
import { announceSetup } from "../services/admin/setup.ts";
import { openSqliteStore } from "../store/sqlite/index.ts";
import * as accounts from "./accounts.ts";
import { backup, BACKUP_FORMAT } from "./backup.ts";
import { checkNode } from "./check.ts";
import { CommandError } from "./errors.ts";
import { restore } from "./restore.ts";

export type CommandContext = {
  environment: Record<string, string | undefined>;
  /** The program's version, for the backup's own description. */
  version: string;
  now: () => number;
  /** Writes one line to the console. */
  say: (line: string) => void;
};

type Run = (args: string[], context: CommandContext) => Promise<number>;

/** Usage lines for `--help`. */
export const COMMANDS_HELP = [
  "Commands (each takes the settings too; --data-dir says which node):",
  "  backup --to FILE       everything of the node in one file of mode 0600, while it runs",
  "  restore --from FILE    a node from a backup, into an empty data directory",
  "      --end-sessions     signs everybody out as well",
  "  check                  whether everything that the node keeps is whole",
  "  setup-link             a new link that makes an administrator",
  "  invite                 links that open an account; --count N, --days N, --uses N, or",
  "      --csv FILE         one for each person of a table; --to FILE: into a new table",
  "  list                   the accounts; --search PART of a name",
  "  suspend NAME           signs somebody out and lets nobody sign in; --lift ends it",
  "  role NAME ROLE         member or administrator",
  "  leave NAME             ends a membership; --days N (30), --cancel takes it back",
  "  journal                what administrators and this console have done",
].join("\n");

const COMMANDS: Record<string, Run> = {
  backup: async (args, context) => {
    const { to, config } = split(args, ["to"], context);
    const file = needed(to, "--to FILE");
    const size = await backup({
      dataDir: config.dataDir,
      to: file,
      about: {
        format: BACKUP_FORMAT,
        node: config.name,
        time: context.now(),
        version: context.version,
      },
    });
    context.say(
      `Wrote ${file} (${Math.ceil(size / 1024 / 1024)} MiB). Keep it as safe as the node.`,
    );
    return 0;
  },
  restore: async (args, context) => {
    const endSessions = args.includes("--end-sessions");
    const rest = args.filter((arg) => arg !== "--end-sessions");
    const { from, config } = split(rest, ["from"], context);
    const { dataDir } = config;
    const about = await restore({
      from: needed(from, "--from FILE"),
      dataDir,
      now: context.now(),
      endSessions,
    });
    context.say(
      `Restored ${about.node} as it was on ${new Date(about.time).toISOString()} into ${dataDir}.`,
    );
    return 0;
  },
  check: async (args, context) => {
    const { config } = split(args, [], context);
    const problems = await checkNode(config.dataDir);
    for (const problem of problems) context.say(problem);
    if (problems.length === 0) context.say("Everything is there and whole.");
    return problems.length === 0 ? 0 : 1;
  },
  "setup-link": async (args, context) => {
    const { config } = split(args, [], context);
    const store = await openSqliteStore(databasePath(config.dataDir));
    try {
      const { name, dataDir, setupMinutes: minutes } = config;
      const link = await announceSetup({
        store,
        name,
        dataDir,
        minutes,
        now: context.now(),
        always: true,
      });
      context.say(
        `Whoever opens this link within ${minutes} minutes becomes an administrator; it works once:\n${link ?? ""}`,
      );
      return 0;
    } finally {
      await store.close();
    }
  },
  invite: async (args, context) => {
    const { csv, to, config, ...given } = split(
      args,
      ["csv", "to", "count", "days", "uses"],
      context,
    );
    await accounts.invite(at(config, context), {
      count: wholeNumber(given.count, "--count", 1, 500),
      days: wholeNumber(given.days, "--days", 14, 366),
      uses: wholeNumber(given.uses, "--uses", 1, 1000),
      ...(csv === undefined ? {} : { csv }),
      ...(to === undefined ? {} : { to }),
    });
    return 0;
  },
  list: async (args, context) => {
    const { search = "", config } = split(args, ["search"], context);
    await accounts.list(at(config, context), search.toLowerCase());
    return 0;
  },
  suspend: async ([name, ...args], context) => {
    const { config } = split(without(args, "--lift"), [], context);
    await accounts.suspend(at(config, context), needed(name, "NAME"), !args.includes("--lift"));
    return 0;
  },
  role: async ([name, role, ...args], context) => {
    const { config } = split(args, [], context);
    await accounts.setRole(at(config, context), needed(name, "NAME"), needed(role, "ROLE"));
    return 0;
  },
  leave: async ([name, ...args], context) => {
    const { days, config } = split(without(args, "--cancel"), ["days"], context);
    const wish = args.includes("--cancel") ? null : wholeNumber(days, "--days", 30, 730);
    await accounts.leave(at(config, context), needed(name, "NAME"), wish);
    return 0;
  },
  journal: async (args, context) => {
    const { config } = split(args, [], context);
    await accounts.journal(at(config, context));
    return 0;
  },
};

function at(config: Config, { now, say }: CommandContext) {
  return { config, now: now(), say };
}

function without(args: readonly string[], flag: string): string[] {
  return args.filter((arg) => arg !== flag);
}

/** @throws CommandError unless it is a whole number from 1 to `most`. */
function wholeNumber(text: string | undefined, what: string, usual: number, most: number): number {
  const value = text === undefined ? usual : Number(text);
  if (!Number.isSafeInteger(value) || value < 1 || value > most)
    throw new CommandError(`${what} is a whole number from 1 to ${most}.`);
  return value;
}

/** True when the first argument names a command. */
export function isCommand(args: readonly string[]): boolean {
  return args[0] !== undefined && Object.hasOwn(COMMANDS, args[0]);
}

/** Runs the command of the first argument. @returns the exit code; what went wrong is said in a sentence. */
export async function runCommand(
  args: readonly string[],
  context: CommandContext,
): Promise<number> {
  const [name = "", ...rest] = args;
  const run = COMMANDS[name];
  if (run === undefined) {
    context.say(COMMANDS_HELP);
    return 2;
  }
  // Files that the command makes are for this user only, whatever SQLite or the shell would choose.
  process.umask(0o077);
  try {
    return await run(rest, context);
  } catch (cause) {
    if (!(cause instanceof CommandError) && !(cause instanceof ConfigError)) throw cause;
    context.say(cause.message);
    return 1;
  }
}

/** A command's own options, and the configuration from the rest. */
function split<const O extends string>(
  args: string[],
  own: readonly O[],
  { environment }: CommandContext,
): { [K in O]?: string } & { config: Config } {
  const options = Object.fromEntries(own.map((name) => [name, { type: "string" as const }]));
  const { values, tokens } = parseArgs({ args, options, strict: false, tokens: true });
  const mine = new Set<number>();
  for (const token of tokens)
    if (token.kind === "option" && own.some((name) => name === token.name)) {
      mine.add(token.index);
      if (token.inlineValue === false) mine.add(token.index + 1);
    }
  const config = readConfig(
    args.filter((_arg, index) => !mine.has(index)),
    environment,
  );
  return { ...(values as { [K in O]?: string }), config };
}

function needed(value: string | undefined, what: string): string {
  if (typeof value !== "string" || value === "")
    throw new CommandError(`The option ${what} is missing.`);
  return value;
}
