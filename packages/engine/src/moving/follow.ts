/**
 * Following people who moved. A statement comes from anywhere: with a profile in a space, by letter, from a former node.
 * It is noted here as it came, and checked (follow-heard.ts) against the identity that is known: who brought it does not matter.
 */
import type { Bytes, IdentityRecord } from "@baraza/protocol";
import { fromBase64url, ProtocolError, toHex } from "@baraza/protocol";
import type { Core } from "../core.ts";
import type { SqlTx } from "../ports.ts";
import { chainOf } from "../trust/see.ts";

/** Notes a statement about somebody, to be checked soon. Call `core.kick({ moves: true })` after the transaction. */
export function noteHeard(tx: SqlTx, identityId: string, statement: Bytes): void {
  tx.run("INSERT OR IGNORE INTO moves_heard VALUES (?, ?)", [identityId, statement]);
}

/** The same for what a node said when one looked somebody up: with its answer, or in the error `moved`. */
export async function hear(core: Core, identityId: Bytes, said: unknown): Promise<void> {
  const statement = statementIn(said);
  if (statement === null) return;
  await core.store.transaction((tx) => noteHeard(tx, toHex(identityId), statement));
  core.kick({ moves: true });
}

function statementIn(said: unknown): Bytes | null {
  if (said instanceof Uint8Array) return said as Bytes;
  if (!(said instanceof ProtocolError) || said.code !== "moved") return null;
  const { statement } = said.data;
  if (typeof statement !== "string") return null;
  try {
    return fromBase64url(statement);
  } catch {
    return null;
  }
}

/** The address of somebody whose device states an older one: where they are known to have gone stands. */
export function addressNow(tx: SqlTx, id: string, stated: string): string {
  const move = tx.get<{ from_address: string; to_address: string }>(
    "SELECT from_address, to_address FROM moves WHERE identity_id = ?",
    [id],
  );
  return move !== undefined && move.from_address === stated ? move.to_address : stated;
}

/**
 * Somebody's key is another one since a device of theirs was removed. Where they went by the word of the former key may be that
 * device's word: it stands no longer. The profile that comes with the new key says where they are.
 */
export function forgetMove(tx: SqlTx, id: string, identity: IdentityRecord): void {
  tx.run("DELETE FROM moves WHERE identity_id = ?1 AND substr(chain, 1, length(?2)) <> ?2", [
    id,
    chainOf(identity),
  ]);
}
