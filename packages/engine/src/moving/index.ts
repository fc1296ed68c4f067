/** Taking everything along: what the rest of the engine knows of it. What does the work is fetched when it is asked for. */
import type { ArchiveCost } from "@baraza/crypto/archive";
import type { Core } from "../core.ts";
import { drop } from "../util.ts";
import type { MovingCommands, MovingLive } from "./api.ts";
import type { MovingWork } from "./moving-commands.ts";
import { MOVE_TABLES } from "./tables.ts";

const COMMANDS = [
  "archive.make",
  "archive.goOn",
  "archive.drop",
  "archive.open",
  "archive.feed",
  "archive.forgetImport",
  "move.leave",
  "move.stay",
  "move.look",
  "move.arrive",
  "move.takeAlong",
  "move.closeFormer",
  "account.closingPlan",
  "account.close",
  "account.forgetClosed",
] as const satisfies readonly (keyof MovingCommands)[];

/** Live queries with the tables that each reads. */
const LIVE = {
  "archive.job": ["archive_jobs"],
  "archive.import": ["archive_imports"],
  "move.status": MOVE_TABLES,
} as const satisfies Record<keyof MovingLive, readonly string[]>;

export type Moving = {
  readonly commands: MovingCommands;
  readonly live: readonly {
    name: keyof MovingLive;
    tables: readonly string[];
    run: () => Promise<unknown>;
  }[];
  /** Takes up what was under way. */
  start(): void;
  stop(): Promise<void>;
  /** Destroys what was made and not taken away. */
  wipe(): Promise<void>;
};

/** `signedIn` starts what a signed-in engine does, when an account was opened; `end` destroys what this device keeps. */
export function createMoving(
  core: Core,
  session: { signedIn: () => Promise<unknown>; end: () => Promise<void> },
  cost?: ArchiveCost,
): Moving {
  let made: Promise<MovingWork> | null = null;
  const work = (): Promise<MovingWork> => {
    made ??= import("./moving-commands.ts").then(
      (lib) => lib.createMovingWork(core, session, cost),
      (error: unknown) => {
        // It is not on this device, and the node was away: that may be otherwise the next time.
        made = null;
        throw error;
      },
    );
    return made;
  };
  const jobs = async () => (await work()).jobs();
  const commands = COMMANDS.map((name) => [
    name,
    async (args: never) => (await work()).commands[name](args),
  ]);
  return {
    commands: Object.fromEntries(commands) as MovingCommands,
    live: Object.entries(LIVE).map(([name, tables]) => ({
      name: name as keyof MovingLive,
      tables,
      run: async () => (await work()).live[name as keyof MovingLive](),
    })),
    start() {
      const row = core.store.get("SELECT 1 AS one FROM archive_jobs WHERE state = 'running'");
      drop(row.then(async (one) => one !== undefined && (await jobs()).start()));
    },
    stop: async () => {
      if (made !== null) await (await jobs()).stop();
    },
    wipe: async () => (await jobs()).drop(),
  };
}
