/** The wish to come back into a space by its slot, and what the vault holds for that. */
import type { Bytes, Vault } from "@baraza/protocol";
import { genesis, readAs } from "@baraza/protocol";
import type { Core } from "../core.ts";
import type { SqlTx } from "../ports.ts";
import { peopleOf } from "../spaces/welcome.ts";

/** How long members who are online have for letting a device in, before it comes in by the slot. */
export const PATIENCE_MS = 5000;

/** Notes that this device wants its place (back), for when nobody lets it in. */
export function wantReturn(
  tx: SqlTx,
  core: Core,
  logId: string,
  options: { replaces?: string | null } = {},
): void {
  tx.run(
    `INSERT INTO rejoins (log_id, next_at, replaces) VALUES (?, ?, ?)
     ON CONFLICT (log_id) DO UPDATE SET replaces = coalesce(excluded.replaces, replaces)`,
    [logId, core.platform.clock.now() + PATIENCE_MS, options.replaces ?? null],
  );
  tx.afterCommit(() => core.kick({ returns: true }));
}

type Space = Vault["spaces"][number];

/** What the vault says of a space, so that its slot can be used. */
export async function wayBack(
  core: Core,
  space: { log_id: string; genesis: Bytes; history: "none" | "all"; created: number },
): Promise<Pick<Space, "groupId" | "at" | "ring" | "people">> {
  const { log_id: logId } = space;
  const last = await core.store.get<{ at: number | null }>(
    "SELECT max(at) AS at FROM activity WHERE log_id = ?",
    [logId],
  );
  const at = Math.max(0, last?.at ?? space.created);
  const { nonce } = readAs(genesis, space.genesis);
  const fresh = await core.store.get(
    "SELECT 1 AS one FROM space_rules WHERE log_id = ? AND fresh = 1",
    [logId],
  );
  if (space.history === "all" && fresh === undefined) return { groupId: nonce, at };
  return {
    groupId: nonce,
    at,
    ring: { epochs: await newestKeys(core, logId) },
    people: (await peopleOf(core, logId))
      .slice(0, PEOPLE)
      .map(({ identityId, profile, stewardKey }) => ({ identityId, profile, stewardKey })),
  };
}

/** The vault is bounded: it keeps keys of as many epochs, and people, of each space without history for newcomers. */
const EPOCHS = 64;
const PEOPLE = 100;

async function newestKeys(core: Core, logId: string): Promise<{ epoch: number; key: Bytes }[]> {
  const rows = await core.store.all<{ epoch: number; content_key: Bytes }>(
    "SELECT epoch, content_key FROM epochs WHERE log_id = ? ORDER BY epoch DESC LIMIT ?",
    [logId, EPOCHS],
  );
  return rows
    .map((row) => ({ epoch: row.epoch, key: row.content_key }))
    .toSorted((a, b) => a.epoch - b.epoch);
}
