/** Taking everything along: what the rest of the engine knows of it. What does the work is fetched when it is asked for. */
import * as v from "valibot";
import type { ArchiveCost } from "@baraza/crypto/archive";
import type { Core } from "../core.ts";
import { drop } from "../util.ts";
import { checkArguments } from "../tools/checks.ts";
import type { MovingCommands, MovingLive } from "./api.ts";
import { ARCHIVE_BEGIN } from "./api.ts";
import type { ArchiveJobs } from "./archive/make-archive.ts";

const sign = v.pipe(v.string(), v.maxLength(200));
const words = v.object({
  language: v.pipe(v.string(), v.regex(/^[A-Za-z0-9-]{2,35}$/)),
  direction: v.picklist(["ltr", "rtl"]),
  title: sign,
  people: sign,
  edited: sign,
  deleted: sign,
  answering: sign,
  back: sign,
  empty: sign,
});
const passphrase = v.pipe(v.string(), v.maxLength(1000));
const wanted = v.variant("kind", [
  v.object({ kind: v.literal("sealed"), passphrase }),
  v.object({ kind: v.literal("open"), words }),
]);
const someBytes = (max: number) =>
  v.custom<Uint8Array<ArrayBuffer>>(
    (value) => value instanceof Uint8Array && value.length <= max,
    "bytes",
  );
const size = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const beginning = v.object({ head: someBytes(ARCHIVE_BEGIN), size, passphrase });
const piece = v.object({
  importId: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
  offset: size,
  bytes: someBytes(7 * 1024 * 1024),
});

export type Moving = {
  readonly commands: MovingCommands;
  /** Live queries with the tables that each reads. */
  readonly live: {
    [N in keyof MovingLive]: { tables: readonly string[]; run(): Promise<MovingLive[N]["value"]> };
  };
  /** Takes up what was under way. */
  start(): void;
  stop(): Promise<void>;
  /** Destroys what was made and not taken away. */
  wipe(): Promise<void>;
};

export function createMoving(core: Core, cost?: ArchiveCost): Moving {
  let made: Promise<ArchiveJobs> | null = null;
  const jobs = (): Promise<ArchiveJobs> => {
    made ??= import("./archive/make-archive.ts").then((lib) => lib.createArchiveJobs(core, cost));
    return made;
  };
  const bring = () => import("./archive/read-archive.ts");
  return {
    commands: {
      "archive.make": async (args) => (await jobs()).make(checkArguments(wanted, args)),
      "archive.goOn": async () => (await jobs()).goOn(),
      "archive.drop": async () => (await jobs()).drop(),
      "archive.open": async (args) =>
        (await bring()).openFile(core, checkArguments(beginning, args)),
      "archive.feed": async (args) => (await bring()).feed(core, checkArguments(piece, args)),
      "archive.forgetImport": async () => (await bring()).forgetImport(core),
    },
    live: {
      "archive.job": {
        tables: ["archive_jobs"],
        run: async () => (await import("./archive/make-archive.ts")).archiveJob(core),
      },
      "archive.import": {
        tables: ["archive_imports"],
        run: async () => (await bring()).archiveImport(core),
      },
    },
    start() {
      const row = core.store.get("SELECT 1 AS one FROM archive_jobs WHERE state = 'running'");
      drop(row.then(async (one) => one !== undefined && (await jobs()).start()));
    },
    stop: async () => (await made)?.stop(),
    wipe: async () => (await jobs()).drop(),
  };
}
