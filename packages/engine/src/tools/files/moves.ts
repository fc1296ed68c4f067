/**
 * Where things are moved to, and which moves count.
 *
 * [Note: Moves] Whether a move counts depends on the moves before it, and only on those: one that would put a folder into
 * itself or below itself is void, and so is one to where no folder is at that position (Kleppmann, Mulligan, Gomes, Beresford,
 * "A highly-available move operation for replicated trees", 2021; the log gives the order here, so that nothing is undone but what waits). A
 * folder's moves are judged again when one comes in before them, or a folder that they lead through or that had another place. A thing
 * whose folder is gone for good stands at the top.
 */
import type { SqlTx } from "../../ports.ts";

/** Folders above each other that a judge looks through; more than commands ever make. */
const HIGHEST = 256;
/** The parent of what is in no folder. */
export const TOP = "";

type NodeRow = {
  file_id: string;
  rank: number;
  event_id: string;
  position: number;
  item: number;
  pending: number;
  author: string;
  at: number;
  first_name: string;
  first_parent: string;
  wanted: string;
  purged: number;
};

/** A thing as its event brought it. */
export function nodeOf(tx: SqlTx, logId: string, fileId: string): NodeRow | undefined {
  return tx.get<NodeRow>(
    `SELECT file_id, rank, event_id, position, item, pending, author, at, first_name, first_parent, wanted, purged
     FROM files_nodes WHERE log_id = ? AND file_id = ?`,
    [logId, fileId],
  );
}

export type Place = { position: number; item: number };

/** Whether something was made before: in the log, and within one event in its order. */
export function isBefore(one: Place, than: Place): boolean {
  return one.position < than.position || (one.position === than.position && one.item < than.item);
}

type Move = { event_id: string; node: string; position: number; value: string; void: number } & {
  rank: number | null;
};
type Placed = { fileId: string; position: number; isFolder: boolean };

/** Asks for a log's moves, `?1`. */
const judged = (changes: string): string =>
  `SELECT c.event_id, c.node, c.position, c.value, c.void, n.rank FROM ${changes} c
   LEFT JOIN files_nodes n ON n.log_id = c.log_id AND n.file_id = c.node
   WHERE c.log_id = ?1 AND c.kind = 'move'`;

/**
 * A thing has come, or has got another place: judges what it can change. These are the moves of it and into it, and, of folders, those of the folders
 * that it may ever have been in, since ways upwards go on through it. Where one of these turns out otherwise, folders' moves behind it follow.
 * @param wasFolder it stood somewhere as a folder until now: any folder's move behind its place may turn
 * @returns what is somewhere else now
 */
export function judgeAgain(tx: SqlTx, logId: string, placed: Placed, wasFolder: boolean): string[] {
  const { fileId, position, isFolder } = placed;
  if (!hasMoves(tx, logId, placed)) return [];
  const nodes = isFolder ? foldersAround(tx, logId, fileId) : [fileId];
  const all = wasFolder || nodes.length > HIGHEST;
  const moves = tx.all<Move>(
    all
      ? `${judged("files_changes")} AND (c.node = ?3 OR (c.position >= ?2 AND
           (c.value = ?3 OR c.node IN (SELECT value FROM json_each(?4)) OR n.rank = 0))) ORDER BY c.position, c.node`
      : // Each part by its index: there may be many moves behind.
        `${judged(`(SELECT * FROM files_changes INDEXED BY files_moves_to WHERE log_id = ?1 AND kind = 'move' AND value = ?3 UNION
           SELECT * FROM files_changes WHERE log_id = ?1 AND kind = 'move' AND node IN (SELECT value FROM json_each(?4)))`)}
           AND (c.position >= ?2 OR c.node = ?3) ORDER BY c.position, c.node`,
    [logId, position, fileId, JSON.stringify(nodes)],
  );
  const turned = moves.filter((move) => judgeMove(tx, logId, move));
  const first = turned.find((move) => move.rank === 0);
  const behind = first === undefined || all ? [] : judgeFolders(tx, logId, first.position);
  return [...new Set([...turned.map((move) => move.node), ...behind])];
}

/** Whether anything was moved behind a thing's place, or this thing before it was known. */
function hasMoves(tx: SqlTx, logId: string, { fileId, position }: Placed): boolean {
  return (
    tx.get(
      "SELECT 1 AS one FROM files_changes WHERE log_id = ? AND kind = 'move' AND position >= ? LIMIT 1",
      [logId, position],
    ) !== undefined ||
    tx.get(
      "SELECT 1 AS one FROM files_changes WHERE log_id = ? AND node = ? AND kind = 'move' LIMIT 1",
      [logId, fileId],
    ) !== undefined
  );
}

/** A folder and all those above it, by any move that was ever asked for; no more than one above {@link HIGHEST}. */
function foldersAround(tx: SqlTx, logId: string, folder: string): string[] {
  const found = new Set([folder]);
  for (const one of found) {
    const above = tx.all<{ id: string }>(
      `SELECT first_parent AS id FROM files_nodes WHERE log_id = ?1 AND file_id = ?2
       UNION SELECT value FROM files_changes WHERE log_id = ?1 AND node = ?2 AND kind = 'move'`,
      [logId, one],
    );
    for (const { id } of above) if (id !== TOP && found.size <= HIGHEST) found.add(id);
  }
  return [...found];
}

/**
 * Judges the moves at a position, and once more those of folders behind it.
 * @returns those moved here, and what is somewhere else now
 */
export function judgeMoves(
  tx: SqlTx,
  logId: string,
  from: number,
  nodes: readonly string[],
): string[] {
  const here = tx.all<Move>(
    `${judged("files_changes")} AND c.position = ?2 AND c.node IN (SELECT value FROM json_each(?3)) ORDER BY c.node`,
    [logId, from, JSON.stringify(nodes)],
  );
  for (const move of here) judgeMove(tx, logId, move);
  const folders = here.some(({ rank }) => rank === 0);
  return [...new Set([...nodes, ...(folders ? judgeFolders(tx, logId, from) : [])])];
}

/** Judges the moves of folders from a position on. @returns those that turned out otherwise */
function judgeFolders(tx: SqlTx, logId: string, from: number): string[] {
  const moves = tx.all<Move>(
    `${judged("files_changes")} AND c.position >= ?2 AND n.rank = 0 ORDER BY c.position, c.node`,
    [logId, from],
  );
  return moves.filter((move) => judgeMove(tx, logId, move)).map((move) => move.node);
}

/** @returns whether it has turned out otherwise than before */
function judgeMove(tx: SqlTx, logId: string, move: Move): boolean {
  const isVoid = Number(!counts(tx, logId, move));
  if (isVoid === move.void) return false;
  tx.run("UPDATE files_changes SET void = ? WHERE log_id = ? AND event_id = ? AND node = ?", [
    isVoid,
    logId,
    move.event_id,
    move.node,
  ]);
  return true;
}

function counts(
  tx: SqlTx,
  logId: string,
  move: { node: string; position: number; value: string; rank: number | null },
): boolean {
  // What is not known yet is in no way upwards: its moves are judged when it comes.
  if (move.rank === null) return false;
  if (move.value === TOP) return true;
  const target = nodeOf(tx, logId, move.value);
  if (target === undefined || target.rank !== 0 || target.position >= move.position) return false;
  if (move.rank === 1) return true;
  // From the folder upwards, as everything stood before this move.
  let at = move.value;
  for (let height = 0; height < HIGHEST; height++) {
    if (at === move.node) return false;
    at = parentBefore(tx, logId, at, move);
    if (at === TOP) return true;
  }
  return false;
}

/** Moves of one event happen one after the other, in the order of the ids. */
function parentBefore(
  tx: SqlTx,
  logId: string,
  node: string,
  move: { node: string; position: number },
): string {
  const moved = tx.get<{ value: string }>(
    `SELECT value FROM files_changes WHERE log_id = ?1 AND node = ?2 AND kind = 'move' AND void = 0
       AND (position < ?3 OR (position = ?3 AND node < ?4)) ORDER BY position DESC LIMIT 1`,
    [logId, node, move.position, move.node],
  );
  if (moved !== undefined) return moved.value;
  const first = nodeOf(tx, logId, node);
  if (first === undefined || first.first_parent === TOP) return TOP;
  const parent = nodeOf(tx, logId, first.first_parent);
  // One that came after it is none, and neither is a file.
  return parent !== undefined && parent.rank === 0 && isBefore(parent, first)
    ? first.first_parent
    : TOP;
}
