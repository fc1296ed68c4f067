/** Links for people outside, and drop boxes, put together for the engine. What does the work is loaded when it is first needed. */
import type { Bytes, Vault } from "@baraza/protocol";
import type { Core } from "../core.ts";
import type { Engine } from "../engine.ts";
import type { SqlTx } from "../ports.ts";
import { live } from "../store/live.ts";
import type { ToolContext } from "../tools/tool.ts";
import type { SharingCommands, SharingLive, SharingMarks } from "./api.ts";

const work = () => import("./sharing-work.ts");

/** `context`: of the tools, for what is taken over into a space. */
export function sharingCommands(core: Core, context: () => ToolContext): SharingCommands {
  return {
    "sharing.create": async (args) => (await work()).createLink(core, args),
    "sharing.change": async (args) => (await work()).changeLink(core, args),
    "sharing.revoke": async ({ linkId }) => (await work()).revokeLink(core, linkId),
    "sharing.refresh": async ({ spaceId }) => (await work()).refresh(core, spaceId),
    "sharing.openBox": async (args) => (await work()).openBox(core, args),
    "sharing.closeBox": async (args) => (await work()).closeBox(core, args),
    "sharing.read": async (args) => (await work()).readDropped(core, args),
    "sharing.save": async (args) => (await work()).saveDropped(core, context(), args),
    "sharing.seen": async ({ boxId }) => {
      await core.store.run("UPDATE intake_items SET seen = 1 WHERE intake_id = ? AND seen = 0", [
        boxId,
      ]);
    },
    "sharing.discard": async (args) => (await work()).discardDropped(core, args),
  };
}

/** The live queries, by name. */
export function sharingWatches(core: Core): Engine["live"] {
  const on =
    <N extends keyof SharingLive>(
      tables: readonly string[],
      query: (args: SharingLive[N]["args"]) => Promise<SharingLive[N]["value"]>,
    ): Engine["live"][string] =>
    (args, onValue, onError) =>
      live(core.store, {
        tables: [...tables],
        query: () => query(args as SharingLive[N]["args"]),
      }).subscribe(onValue, onError);
  return {
    "sharing.links": on<"sharing.links">(["handouts", "vault_sharing"], async () =>
      (await work()).links(core),
    ),
    "sharing.boxes": on<"sharing.boxes">(["intakes", "intake_items", "vault_sharing"], async () =>
      (await work()).boxes(core),
    ),
    "sharing.dropped": on<"sharing.dropped">(
      ["intake_items", "intake_saves", "files_uploads"],
      async ({ boxId }) => (await work()).listDropped(core, boxId),
    ),
    "sharing.marks": on<"sharing.marks">(["handouts", "intakes", "intake_items"], ({ spaceId }) =>
      marks(core, spaceId),
    ),
  };
}

/** Small enough to be there with every folder, without the rest. */
async function marks({ store, platform }: Core, spaceId: string): Promise<SharingMarks> {
  const now = platform.clock.now();
  const given = await store.all<{ id: string }>(
    `SELECT DISTINCT value AS id FROM handouts, json_each(chosen)
     WHERE space_id = ? AND state = 'open' AND expires > ?`,
    [spaceId, now],
  );
  const counted = await store.get<SharingMarks>(
    `SELECT (SELECT count(*) FROM handouts WHERE space_id = ?1 AND state <> 'gone')
       + (SELECT count(*) FROM intakes WHERE into_space = ?1 AND state <> 'gone') AS count,
       (SELECT count(*) FROM intake_items JOIN intakes USING (intake_id)
         WHERE into_space = ?1 AND state <> 'gone' AND seen = 0) AS unseen`,
    [spaceId],
  );
  return {
    fileIds: given.map(({ id }) => id),
    count: counted?.count ?? 0,
    unseen: counted?.unseen ?? 0,
  };
}

/** The part of the vault that is about links; nothing when there is nothing to keep. */
export async function sharingForVault(core: Core): Promise<Pick<Vault, "sharing">> {
  const row = await core.store.get(
    `SELECT 1 AS one WHERE EXISTS (SELECT 1 FROM handouts) OR EXISTS (SELECT 1 FROM intakes)
     OR EXISTS (SELECT 1 FROM vault_sharing)`,
  );
  const sharing: Bytes | undefined = row && (await (await work()).sharingPart(core));
  return sharing === undefined ? {} : { sharing };
}

/** Notes what a vault says of links; it is taken over when they are looked at, or before the next vault is made. */
export function keepSharing(tx: SqlTx, { sharing }: Pick<Vault, "sharing">): void {
  if (sharing !== undefined) tx.run("INSERT INTO vault_sharing (part) VALUES (?)", [sharing]);
}
