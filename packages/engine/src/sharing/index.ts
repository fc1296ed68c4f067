/** Links for people outside, and drop boxes, put together for the engine. What does the work is loaded when it is first needed. */
import type { Bytes, Vault } from "@baraza/protocol";
import type { Core } from "../core.ts";
import type { Engine } from "../engine.ts";
import type { SqlTx } from "../ports.ts";
import { live } from "../store/live.ts";
import type { SharingCommands, SharingLive } from "./api.ts";

const work = () => import("./sharing-work.ts");

export function sharingCommands(core: Core): SharingCommands {
  return {
    "sharing.create": async (args) => (await work()).createLink(core, args),
    "sharing.change": async (args) => (await work()).changeLink(core, args),
    "sharing.revoke": async ({ linkId }) => (await work()).revokeLink(core, linkId),
    "sharing.refresh": async () => (await work()).refresh(core),
    "sharing.openBox": async (args) => (await work()).openBox(core, args),
    "sharing.closeBox": async (args) => (await work()).closeBox(core, args),
    "sharing.read": async (args) => (await work()).readDropped(core, args),
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
    "sharing.boxes": on<"sharing.boxes">(["intakes", "vault_sharing"], async () =>
      (await work()).boxes(core),
    ),
    "sharing.dropped": on<"sharing.dropped">(["intake_items"], async ({ boxId }) =>
      (await work()).listDropped(core, boxId),
    ),
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
