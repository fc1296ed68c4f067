/** The rotating key of the account's box: made anew before it runs out, destroyed when its time is over. */
import { createBoxKey, verifyBoxKey } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { LIMITS, toHex } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { need } from "../util.ts";

const DAY_MS = 24 * 60 * 60_000;

/** The record to give to whoever may write to this account. */
export async function currentBoxKey(core: Core): Promise<Bytes> {
  const row = await core.store.get<{ record: Bytes }>(
    "SELECT record FROM box_keys ORDER BY seq DESC LIMIT 1",
  );
  return need(row, "box key").record;
}

/** Private keys by id, for opening letters. */
export async function boxPrivateKeys(core: Core): Promise<Map<string, Bytes>> {
  const rows = await core.store.all<{ id: string; private_key: Bytes }>(
    "SELECT id, private_key FROM box_keys",
  );
  return new Map(rows.map((row) => [row.id, row.private_key]));
}

/**
 * Publishes a new key a day before the present one runs out, and destroys private keys that no letter can need any more.
 * `drained`: the box was read to its end.
 */
export async function tendBoxKeys(core: Core, drained: boolean): Promise<void> {
  const now = core.platform.clock.now();
  const newest = need(
    await core.store.get<{ seq: number; not_after: number }>(
      "SELECT seq, not_after FROM box_keys ORDER BY seq DESC LIMIT 1",
    ),
    "box key",
  );
  if (newest.not_after - DAY_MS < now) {
    const me = core.me();
    const made = await createBoxKey(
      { record: me.identity, privateKey: me.identityKey },
      newest.seq + 1,
      now,
    );
    await verifyBoxKey(made.record, me.identityId, now);
    await core.store.transaction((tx) => {
      tx.run("INSERT INTO box_keys VALUES (?, ?, ?, ?, ?)", [
        toHex(made.id),
        newest.seq + 1,
        made.record,
        made.privateKey,
        made.notAfter,
      ]);
      tx.run("UPDATE account SET vault_dirty = vault_dirty + 1");
    });
    core.kick({ vault: true });
    await core.own.call("boxes.key", { boxKey: made.record });
  }
  if (drained)
    await core.store.run("DELETE FROM box_keys WHERE not_after + ? < ?", [
      LIMITS.boxKeyGraceMs,
      now,
    ]);
}
