/** The commands and queries of taking everything along, with what they check. Fetched with the first of them. */
import * as v from "valibot";
import type { ArchiveCost } from "@baraza/crypto/archive";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import { checkArguments } from "../tools/checks.ts";
import type { MovingCommands, MovingLive } from "./api.ts";
import { ARCHIVE_BEGIN } from "./api.ts";
import type { ArrivalSource } from "./arrive.ts";
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
  files: sign,
  ownFiles: sign,
  inBin: sign,
  earlier: sign,
  missing: sign,
});
const passphrase = v.pipe(v.string(), v.maxLength(1000));
const wanted = v.variant("kind", [
  v.object({ kind: v.literal("sealed"), passphrase }),
  v.object({ kind: v.literal("open"), words, content: v.optional(v.boolean()) }),
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

const leaving = v.object({ to: v.pipe(v.string(), v.maxLength(600)) });
const fromWhere = {
  fragment: v.optional(v.pipe(v.string(), v.maxLength(200))),
  importId: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/))),
};
const from = v.object(fromWhere);
const hexId = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const closing = v.object({ successors: v.record(hexId, hexId) });
const arriving = v.object({
  ...fromWhere,
  name: v.pipe(v.string(), v.maxLength(100)),
  passphrase,
  invitation: v.optional(v.pipe(v.string(), v.maxLength(200))),
});

function sourceOf({ fragment, importId }: v.InferOutput<typeof from>): ArrivalSource {
  if (importId !== undefined) return { importId };
  return { fragment: fragment ?? "" };
}

export type MovingWork = {
  readonly commands: MovingCommands;
  readonly live: { [N in keyof MovingLive]: () => Promise<MovingLive[N]["value"]> };
  readonly jobs: () => Promise<ArchiveJobs>;
};

/** See `createMoving`. */
export function createMovingWork(
  core: Core,
  session: { signedIn: () => Promise<unknown>; end: () => Promise<void> },
  cost?: ArchiveCost,
): MovingWork {
  let made: Promise<ArchiveJobs> | null = null;
  const jobs = (): Promise<ArchiveJobs> => {
    made ??= import("./archive/make-archive.ts").then(
      (lib) => lib.createArchiveJobs(core, cost),
      (error: unknown) => {
        made = null;
        throw error;
      },
    );
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
      "move.leave": async (args) =>
        (await import("./depart.ts")).depart(core, checkArguments(leaving, args).to),
      "move.stay": async () => (await import("./depart.ts")).stay(core),
      "move.look": async (args) =>
        (await import("./arrive.ts")).lookAtArrival(core, sourceOf(checkArguments(from, args))),
      "move.arrive": async (args) => {
        const { name, passphrase: chosen, invitation, ...where } = checkArguments(arriving, args);
        const { arrive } = await import("./arrive.ts");
        await arrive(core, {
          ...sourceOf(where),
          name,
          passphrase: chosen,
          invitation,
        });
        await session.signedIn();
        core.kick({ places: true, moves: true });
      },
      "account.closingPlan": async () => (await import("./close-account.ts")).closingPlan(core),
      "account.close": async (args) =>
        (await import("./close-account.ts")).closeAccount(
          core,
          checkArguments(closing, args).successors,
        ),
      "account.forgetClosed": async () => {
        const closed = await core.store.get(
          "SELECT 1 AS one FROM closing WHERE receipt IS NOT NULL",
        );
        if (closed === undefined) throw new EngineError("invalid");
        await session.end();
      },
      "move.takeAlong": async () => (await import("./take-along.ts")).takeAlong(core, true),
      "move.closeFormer": async () => (await import("./move-status.ts")).closeFormer(core),
    },
    live: {
      "archive.job": async () => (await import("./archive/make-archive.ts")).archiveJob(core),
      "archive.import": async () => (await bring()).archiveImport(core),
      "move.status": async () => (await import("./move-status.ts")).moveStatus(core),
    },
    jobs,
  };
}
