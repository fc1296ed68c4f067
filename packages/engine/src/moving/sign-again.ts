/** A move that was signed before the identity got another key, once more. */
import { signMoved } from "@baraza/crypto/moving";
import type { Bytes } from "@baraza/protocol";
import type { Core } from "../core.ts";
import type { OwnMove } from "./own-moves.ts";

/** Signs the same move with the present key, and keeps it in the place of the former statement. @returns its bytes */
export async function signAgain(core: Core, move: OwnMove): Promise<Bytes> {
  const { identity: record, identityKey: privateKey } = core.me();
  const statement = await signMoved(
    { record, privateKey },
    {
      from: { name: move.from_name, node: move.from_node },
      to: { name: move.to_name, node: move.to_node },
      seq: move.seq,
      time: move.at,
    },
  );
  await core.store.transaction((tx) => {
    tx.run("UPDATE own_moves SET statement = ? WHERE seq = ?", [statement, move.seq]);
    tx.run("UPDATE account SET vault_dirty = vault_dirty + 1");
  });
  return statement;
}
