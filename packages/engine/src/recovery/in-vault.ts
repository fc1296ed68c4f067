/** What the vault keeps of recovery, so that it outlives this device and reaches the others. */
import type { Bytes, VaultRecovery } from "@baraza/protocol";
import {
  encodeCbor,
  fromHex,
  LIMITS,
  readAs,
  reply as replySchema,
  toHex,
  vaultRecovery,
  writeAs,
} from "@baraza/protocol";
import type { Core } from "../core.ts";
import type { SqlTx } from "../ports.ts";

export type SetRow = {
  set_id: string;
  way: "people" | "organisation";
  way_id: Bytes;
  made: number;
  k: number;
  space_id: string | null;
  gone: number;
};
export type HolderRow = {
  set_id: string;
  identity_id: string;
  position: number;
  name: string;
  address: string;
  digest: Bytes;
  state: "sent" | "held" | "declined";
  at: number;
  nonce: Bytes | null;
  tell: number;
};
export type HeldRow = {
  owner: string;
  way: "people" | "organisation";
  set_id: string;
  made: number;
  share: Bytes | null;
  reply: Bytes | null;
  confirm: number;
};

/** Sets that ended are remembered, but not without end. */
const SETS = 16;

/** The vault's part, from the store; undefined when there is nothing to keep. */
export async function recoveryForVault(core: Core): Promise<Bytes | undefined> {
  const { store } = core;
  await takeOver(core);
  const sets = await store.all<SetRow>(
    "SELECT * FROM trusted_sets ORDER BY gone, made DESC LIMIT ?",
    [SETS],
  );
  const held = await store.all<HeldRow>("SELECT * FROM held_shares ORDER BY made DESC LIMIT ?", [
    LIMITS.sharesHeld,
  ]);
  const rehearsed = await store.all<{ way_id: string; at: number }>(
    "SELECT * FROM rehearsals ORDER BY at DESC LIMIT 64",
  );
  if (sets.length + held.length + rehearsed.length === 0) return undefined;
  const listed: VaultRecovery["sets"] = [];
  for (const set of sets) {
    const holders = await store.all<HolderRow>(
      "SELECT * FROM trusted_holders WHERE set_id = ? ORDER BY position",
      [set.set_id],
    );
    listed.push({
      setId: fromHex(set.set_id),
      way: set.way,
      wayId: set.way_id,
      made: set.made,
      k: set.k,
      ...(set.space_id === null ? {} : { spaceId: fromHex(set.space_id) }),
      ...(set.gone === 0 ? {} : { gone: true }),
      holders: holders.map((one) => ({
        identityId: fromHex(one.identity_id),
        profile: { name: one.name, address: one.address },
        digest: one.digest,
        state: one.state,
        at: one.at,
      })),
    });
  }
  return writeAs(vaultRecovery, {
    sets: listed,
    held: held.map((one) => ({
      owner: fromHex(one.owner),
      setId: fromHex(one.set_id),
      way: one.way,
      made: one.made,
      ...(one.share === null ? {} : { share: one.share }),
      ...(one.reply === null ? {} : { reply: readAs(replySchema, one.reply) }),
    })),
    rehearsed: rehearsed.map((one) => ({ way: fromHex(one.way_id), at: one.at })),
  });
}

/** Takes over what other devices have put into the vault. Whatever is newer holds; what ended stays ended. */
export async function takeOver(core: Core): Promise<void> {
  const parts = await core.store.all<{ id: number; part: Bytes }>(
    "SELECT id, part FROM vault_recovery ORDER BY id",
  );
  for (const { id, part } of parts)
    await core.store.transaction((tx) => {
      merge(tx, readAs(vaultRecovery, part, LIMITS.vaultBytes));
      tx.run("DELETE FROM vault_recovery WHERE id = ?", [id]);
    });
}

function merge(tx: SqlTx, { sets, held, rehearsed }: VaultRecovery): void {
  for (const set of sets) {
    const id = toHex(set.setId);
    const space = set.spaceId === undefined ? null : toHex(set.spaceId);
    tx.run(
      `INSERT INTO trusted_sets VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (set_id) DO UPDATE SET gone = max(gone, excluded.gone)`,
      [id, set.way, set.wayId, set.made, set.k, space, set.gone === true ? 1 : 0],
    );
    for (const [position, one] of set.holders.entries())
      tx.run(
        `INSERT INTO trusted_holders VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, 0)
         ON CONFLICT (set_id, identity_id) DO UPDATE SET state = excluded.state, at = excluded.at
           WHERE excluded.at > at`,
        [
          id,
          toHex(one.identityId),
          position,
          one.profile.name,
          one.profile.address,
          one.digest,
          one.state,
          one.at,
        ],
      );
  }
  for (const one of held)
    keepHeld(tx, {
      owner: toHex(one.owner),
      way: one.way,
      set_id: toHex(one.setId),
      made: one.made,
      share: one.share ?? null,
      reply: one.reply === undefined ? null : encodeCbor(one.reply),
      confirm: 0,
    });
  for (const one of rehearsed) noteRehearsal(tx, toHex(one.way), one.at);
}

/** Holders' answers that came before this device knew the set. @returns whether any is still without its set */
export async function applyAnswers(core: Core): Promise<boolean> {
  const now = core.platform.clock.now();
  return core.store.transaction((tx) => {
    const { changes } = tx.run(
      `UPDATE trusted_holders SET (state, at) = (SELECT a.state, a.at FROM holder_answers a
         WHERE a.set_id = trusted_holders.set_id AND a.identity_id = trusted_holders.identity_id)
       WHERE EXISTS (SELECT 1 FROM holder_answers a WHERE a.set_id = trusted_holders.set_id
         AND a.identity_id = trusted_holders.identity_id AND (a.state = 'declined' OR a.digest = trusted_holders.digest))`,
    );
    if (changes > 0) vaultChanged(tx);
    tx.run(
      "DELETE FROM holder_answers WHERE at < ? OR set_id IN (SELECT set_id FROM trusted_sets)",
      [now - ANSWERS_MS],
    );
    return tx.get("SELECT 1 AS one FROM holder_answers") !== undefined;
  });
}

/** How long an answer waits for its set. */
const ANSWERS_MS = 60 * 60_000;

/** Keeps a share if it is newer than what there is. What was given up under the same date stays given up. */
export function keepHeld(tx: SqlTx, row: HeldRow): void {
  tx.run(
    `INSERT INTO held_shares VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (owner, way) DO UPDATE SET set_id = excluded.set_id, made = excluded.made, share = excluded.share,
       reply = excluded.reply, confirm = excluded.confirm
     WHERE excluded.made > made OR (excluded.made = made AND excluded.share IS NULL)`,
    [row.owner, row.way, row.set_id, row.made, row.share, row.reply, row.confirm],
  );
}

export function noteRehearsal(tx: SqlTx, wayId: string, at: number): void {
  tx.run(
    "INSERT INTO rehearsals VALUES (?, ?) ON CONFLICT (way_id) DO UPDATE SET at = max(at, excluded.at)",
    [wayId, at],
  );
}

/** What changed here is to go into the vault. */
export function vaultChanged(tx: SqlTx): void {
  tx.run("UPDATE account SET vault_dirty = vault_dirty + 1");
}
