/** Checking what was heard of people who moved, and following them. */
import { CryptoError, sha256 } from "@baraza/crypto";
import type { Bytes, MovedStatement } from "@baraza/protocol";
import { LIMITS, ProtocolError, toHex, utf8 } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { isNewest } from "../devices/standing.ts";
import type { SqlTx } from "../ports.ts";
import { chainOf } from "../trust/see.ts";
import { keepMove } from "./own-moves.ts";

/** Checks what was heard and follows. What is no true statement is forgotten. */
export async function followHeard(core: Core): Promise<void> {
  const rows = await core.store.all<{ identity_id: string; statement: Bytes }>(
    "SELECT identity_id, statement FROM moves_heard LIMIT 200",
  );
  for (const { identity_id: id, statement } of rows) {
    const checked = await check(core, id, statement);
    await core.store.transaction((tx) => {
      tx.run("DELETE FROM moves_heard WHERE identity_id = ? AND statement = ?", [id, statement]);
      if (checked === null) return;
      if (id === core.me().id) {
        if (keepMove(tx, statement, checked))
          tx.run("UPDATE account SET vault_dirty = vault_dirty + 1");
      } else follow(tx, core, id, checked);
    });
  }
  if (rows.length > 0) core.kick({ moves: true, vault: true });
}

/** A statement by the person that it is said to be of, and by the newest of their keys that is known here. */
async function check(core: Core, id: string, bytes: Bytes): Promise<MovedStatement | null> {
  const { verifyMoved } = await import("@baraza/crypto/moving");
  try {
    const { statement, identityId } = await verifyMoved(bytes);
    if (toHex(identityId) !== id) return null;
    if (statement.time > core.platform.clock.now() + LIMITS.movedMs) return null;
    return (await isNewest(core, id, statement.identity)) ? statement : null;
  } catch (error) {
    if (error instanceof CryptoError || error instanceof ProtocolError) return null;
    throw error;
  }
}

function follow(
  tx: SqlTx,
  core: Core,
  id: string,
  { identity, seq, from, to }: MovedStatement,
): void {
  const known = tx.get<{ seq: number }>("SELECT seq FROM moves WHERE identity_id = ?", [id]);
  if (known !== undefined && known.seq >= seq) return;
  const address = `${to.name}@${to.node}`;
  tx.run("INSERT OR REPLACE INTO moves VALUES (?, ?, ?, ?, ?)", [
    id,
    seq,
    `${from.name}@${from.node}`,
    address,
    chainOf(identity),
  ]);
  tx.run("UPDATE people SET address = ? WHERE identity_id = ?", [address, id]);
  tx.run("UPDATE members SET address = ? WHERE identity_id = ?", [address, id]);
  // The same move, signed once more, is no second line.
  const event = toHex(sha256(utf8(`${id} ${seq} ${address}`)).subarray(0, 16));
  const spaces = tx.all<{ log_id: string; seq: number }>(
    `SELECT s.log_id, s.seq FROM spaces s JOIN members m USING (log_id)
     WHERE s.state = 'active' AND m.identity_id = ? AND m.present = 1`,
    [id],
  );
  for (const space of spaces)
    tx.run("INSERT OR IGNORE INTO notices VALUES (?, ?, ?, ?, 'moved', ?, NULL, ?)", [
      space.log_id,
      event,
      space.seq,
      core.platform.clock.now(),
      id,
      address,
    ]);
}
