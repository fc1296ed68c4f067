/**
 * This person's own moves. They stand in the vault, so that every device of theirs knows them, and so that one that was
 * cut off while it arrived goes on where it was.
 */
import type { Bytes, MovedStatement, Vault } from "@baraza/protocol";
import { LIMITS, movedStatement, readAs } from "@baraza/protocol";
import type { Core } from "../core.ts";
import type { SqlTx } from "../ports.ts";

export type OwnMove = {
  seq: number;
  statement: Bytes;
  from_name: string;
  from_node: string;
  to_name: string;
  to_node: string;
  at: number;
  published: number;
  keep_days: number | null;
};

/** Takes over the statements of a vault, which nobody else can write. */
export function keepMoves(tx: SqlTx, vault: Pick<Vault, "moves">): void {
  for (const statement of vault.moves ?? [])
    keepMove(tx, statement, readAs(movedStatement, statement, LIMITS.recordBytes));
}

/** Notes a statement of one's own that was checked. @returns whether it is new */
export function keepMove(tx: SqlTx, bytes: Bytes, statement: MovedStatement): boolean {
  const { seq, from, to, time } = statement;
  const { changes } = tx.run(
    `INSERT OR IGNORE INTO own_moves (seq, statement, from_name, from_node, to_name, to_node, at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    [seq, bytes, from.name, from.node, to.name, to.node, time],
  );
  return changes > 0;
}

/** The newest move, or undefined when there was none. */
export function latestMove(core: Core): Promise<OwnMove | undefined> {
  return core.store.get<OwnMove>("SELECT * FROM own_moves ORDER BY seq DESC LIMIT 1");
}

/** All statements, for the vault. */
export async function moveStatements(core: Core): Promise<Bytes[]> {
  const rows = await core.store.all<{ statement: Bytes }>(
    "SELECT statement FROM own_moves ORDER BY seq",
  );
  return rows.map((row) => row.statement);
}

/** Where the person went, when this device is still at an account that they have left; null otherwise. */
export async function movedAway(core: Core): Promise<{ name: string; node: string } | null> {
  const move = await latestMove(core);
  if (move === undefined || !core.signedIn()) return null;
  const { name, node } = core.me();
  if (move.to_name === name && move.to_node === node) return null;
  return { name: move.to_name, node: move.to_node };
}

/** The statement that others should know: of a move to here, as long as it may be news. */
export async function moveToTell(core: Core): Promise<Bytes | undefined> {
  const move = await latestMove(core);
  if (move === undefined || (await movedAway(core)) !== null) return undefined;
  return move.at + LIMITS.movedMs > core.platform.clock.now() ? statementOf(core, move) : undefined;
}

/** A move in the words of the identity's present key: who knows of that one takes no other's word. */
export async function statementOf(core: Core, move: OwnMove): Promise<Bytes> {
  const { identity } = readAs(movedStatement, move.statement, LIMITS.recordBytes);
  if (identity.seq === core.me().identity.seq) return move.statement;
  return (await import("./sign-again.ts")).signAgain(core, move);
}

/** Whether there is anything to do about moves: nobody else need fetch what does it. */
export async function hasMoves(core: Core): Promise<boolean> {
  const row = await core.store.get(
    `SELECT 1 AS one WHERE EXISTS (SELECT 1 FROM moves_heard) OR EXISTS (SELECT 1 FROM move_contacts)
       OR EXISTS (SELECT 1 FROM own_moves WHERE published = 0) OR EXISTS (SELECT 1 FROM departures WHERE expires = 0)
       OR EXISTS (SELECT 1 FROM spaces WHERE state = 'active'
         AND hub = (SELECT from_node FROM own_moves ORDER BY seq DESC LIMIT 1))`,
  );
  return row !== undefined;
}
