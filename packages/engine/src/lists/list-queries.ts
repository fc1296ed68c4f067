/** What screens show of broadcast lists. */
import type { Core } from "../core.ts";
import type { SqlTx } from "../ports.ts";
import { checkArguments, hexId } from "../tools/checks.ts";
import type { MarkValue } from "../tools/marks/events.ts";
import * as v from "valibot";
import type {
  BroadcastList,
  ListDetails,
  ListMiss,
  ListPerson,
  ListSending,
  ListsLive,
} from "./api.ts";
import { listedOf } from "./lists-work.ts";
import { isArriving, pairWith, placeFor, postId } from "./recipients.ts";
import { ON_ITS_WAY } from "./send-to-list.ts";

/** Lists in the order in which they were made. */
export async function allLists({ store }: Core): Promise<BroadcastList[]> {
  const rows = await store.all<{ key: string; name: string; people: number }>(
    `SELECT l.key, l.value ->> 'name' AS name, (SELECT count(*) FROM marks p WHERE p.kind = 'listed' AND p.value IS NOT NULL
       AND p.key >= l.key || ':' AND p.key < l.key || ';') AS people
     FROM marks l WHERE l.kind = 'list' AND l.value IS NOT NULL ORDER BY l.value ->> 'at', l.key`,
  );
  return rows.map(({ key, name, people }) => ({ listId: key, name, people }));
}

/** One list with who is on it and what was sent through it; null: it is not there (any more). */
export async function oneList(
  { store }: Core,
  args: ListsLive["lists.one"]["args"],
): Promise<ListDetails | null> {
  const { listId } = checkArguments(v.object({ listId: hexId(16) }), args);
  const found = await store.transaction((tx) => {
    const list = tx.get<{ name: string }>(
      "SELECT value ->> 'name' AS name FROM marks WHERE kind = 'list' AND key = ? AND value IS NOT NULL",
      [listId],
    );
    return { details: list === undefined ? null : detailsOf(tx, listId, list.name) };
  });
  return found.details;
}

function detailsOf(tx: SqlTx, listId: string, name: string): ListDetails {
  const arriving = isArriving(tx);
  const people = listedOf(tx, listId).map((key): ListPerson => {
    const identityId = key.slice(33);
    const { spaceId, miss } = placeFor(tx, identityId);
    return {
      identityId,
      ...whoIs(tx, identityId),
      spaceId,
      miss: miss === "blocked" || miss === null ? miss : arriving ? "arriving" : "gone",
    };
  });
  const rows = tx.all<{ key: string; value: string; device: string }>(
    `SELECT key, value, device FROM marks WHERE kind = 'listSent' AND value IS NOT NULL AND key >= ?1 || ':' AND key < ?1 || ';'
     ORDER BY value ->> 'at' DESC, key`,
    [listId],
  );
  return {
    listId,
    name,
    people: people.toSorted((a, b) => a.name.localeCompare(b.name)),
    sendings: rows.map(({ key, value, device }) =>
      sendingOf(
        tx,
        { listId, sendingId: key.slice(33), device },
        JSON.parse(value) as MarkValue<"listSent">,
      ),
    ),
  };
}

/** @param from which sending it is, and the device that has begun it */
function sendingOf(
  tx: SqlTx,
  from: { listId: string; sendingId: string; device: string },
  mark: MarkValue<"listSent">,
): ListSending {
  const { listId, sendingId, device } = from;
  const { at, text, passes = false, files, total, done } = mark;
  const posts = tx.all<{ identity_id: string; state: string; waits: number }>(
    `SELECT p.identity_id, p.state, ${ON_ITS_WAY} AS waits FROM list_posts p WHERE p.sending = ? ORDER BY p.identity_id`,
    [sendingId],
  );
  const here = posts.length > 0;
  const waits = posts.filter((post) => post.waits === 1).length;
  // This device knows better than the mark while it sends.
  const ids = (why: ListMiss) =>
    here
      ? posts.filter(({ state }) => state === why).map(({ identity_id }) => identity_id)
      : mark[why];
  const missed = (["gone", "blocked", "refused"] as const).flatMap((why) =>
    ids(why).map((identityId) => ({ identityId, name: whoIs(tx, identityId).name, why })),
  );
  const sent = here || done ? total - waits - missed.length : arrivedOf(tx, listId, sendingId);
  return {
    sendingId,
    at,
    text,
    passes,
    files,
    total,
    sent,
    waits: here || done ? waits : Math.max(0, total - missed.length - sent),
    missed,
    elsewhere: !here && !done,
    lost: !here && !done && isGone(tx, device),
  };
}

/** How many conversations hold what another device sends: their ids follow from the sending and the person. */
function arrivedOf(tx: SqlTx, listId: string, sendingId: string): number {
  const keys = tx.all<{ key: string }>(
    "SELECT key FROM marks WHERE kind = 'listed' AND key >= ?1 || ':' AND key < ?1 || ';'",
    [listId],
  );
  return keys.filter(({ key }) => {
    const identityId = key.slice(33);
    const space = pairWith(tx, identityId);
    const is = "SELECT 1 AS one FROM chat_messages WHERE log_id = ? AND event_id = ?";
    return space !== null && tx.get(is, [space, postId(sendingId, identityId)]) !== undefined;
  }).length;
}

/** Whether a device is none of one's own any more. */
function isGone(tx: SqlTx, device: string): boolean {
  const here = "SELECT 1 AS one FROM own_devices WHERE device = ? AND gone = 0";
  return tx.get(here, [device]) === undefined;
}

/** What somebody is called, here and where they were met. */
function whoIs(tx: SqlTx, identityId: string): { name: string; address: string } {
  return (
    tx.get<{ name: string; address: string }>(
      `SELECT name, address FROM people WHERE identity_id = ?1
       UNION ALL SELECT name, address FROM members WHERE identity_id = ?1 LIMIT 1`,
      [identityId],
    ) ?? { name: "", address: "" }
  );
}
