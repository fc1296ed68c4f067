/** Making broadcast lists, and saying who is on them. They are marks (tools/marks): all of one's own devices have them, nobody else. */
import { randomBytes } from "@baraza/crypto";
import { toHex } from "@baraza/protocol";
import * as v from "valibot";
import type { Core } from "../core.ts";
import type { SqlTx } from "../ports.ts";
import { checkArguments, hexId, invalid } from "../tools/checks.ts";
import { MARKS_LIMITS } from "../tools/marks/events.ts";
import type { MarkKind } from "../tools/marks/events.ts";
import { putMark } from "../tools/marks/registers.ts";
import type { ListsCommands } from "./api.ts";
import { pairWith } from "./recipients.ts";

type Arguments<K extends keyof ListsCommands> = Parameters<ListsCommands[K]>[0];

const listId = hexId(16);
const putArguments = v.object({
  listId: v.optional(listId),
  name: v.pipe(
    v.string(),
    v.check((name) => name.isWellFormed(), "name"),
    v.transform((name) => name.normalize("NFC").trim()),
    v.minLength(1),
    v.maxLength(MARKS_LIMITS.folderName),
  ),
});
const peopleArguments = v.object({
  listId,
  identityIds: v.pipe(v.array(hexId(32)), v.maxLength(MARKS_LIMITS.listed)),
  on: v.boolean(),
});

/** @throws EngineError `invalid` */
export async function putList(
  core: Core,
  args: Arguments<"lists.put">,
): Promise<{ listId: string }> {
  const given = checkArguments(putArguments, args);
  const id = given.listId ?? toHex(randomBytes(16));
  const now = core.platform.clock.now();
  await core.store.transaction((tx) => {
    const known = tx.get<{ at: number }>(
      "SELECT value ->> 'at' AS at FROM marks WHERE kind = 'list' AND key = ? AND value IS NOT NULL",
      [id],
    );
    if (given.listId !== undefined && known === undefined) throw invalid("listId");
    if (known === undefined && countOf(tx, "list", "") >= MARKS_LIMITS.lists) throw invalid("many");
    putMark(tx, "list", id, { name: given.name, at: known?.at ?? now }, now);
  });
  return { listId: id };
}

/** Takes a list away with all that was noted about it. What waits to go through it is sent all the same. */
export async function removeList(core: Core, args: Arguments<"lists.remove">): Promise<void> {
  const given = checkArguments(v.object({ listId }), args);
  const now = core.platform.clock.now();
  await core.store.transaction((tx) => {
    putMark(tx, "list", given.listId, null, now);
    for (const kind of ["listed", "listSent"] as const)
      for (const key of keysOf(tx, kind, given.listId)) putMark(tx, kind, key, null, now);
  });
}

/** Puts people on a list, or takes them off. @throws EngineError `invalid` */
export async function putPeople(core: Core, args: Arguments<"lists.people">): Promise<void> {
  const given = checkArguments(peopleArguments, args);
  const now = core.platform.clock.now();
  await core.store.transaction((tx) => {
    const known = tx.get(
      "SELECT 1 AS one FROM marks WHERE kind = 'list' AND key = ? AND value IS NOT NULL",
      [given.listId],
    );
    if (known === undefined) throw invalid("listId");
    for (const id of given.identityIds) {
      if (given.on && pairWith(tx, id) === null) throw invalid("identityIds");
      putMark(tx, "listed", `${given.listId}:${id}`, given.on ? {} : null, now);
    }
    if (countOf(tx, "listed", given.listId) > MARKS_LIMITS.listed) throw invalid("many");
  });
}

/** Takes a sending off the list's page. What waits is sent all the same. */
export async function forgetSending(core: Core, args: Arguments<"lists.forget">): Promise<void> {
  const given = checkArguments(v.object({ listId, sendingId: listId }), args);
  await core.store.transaction((tx) => {
    putMark(tx, "listSent", `${given.listId}:${given.sendingId}`, null, core.platform.clock.now());
  });
}

/** Marks of a list, by the beginning of their keys; of all lists where that is empty. */
export function keysOf(tx: SqlTx, kind: MarkKind, list: string): string[] {
  return tx
    .all<{ key: string }>(
      `SELECT key FROM marks WHERE kind = ?1 AND value IS NOT NULL
         AND (?2 = '' OR (key >= ?2 || ':' AND key < ?2 || ';')) ORDER BY key`,
      [kind, list],
    )
    .map(({ key }) => key);
}

/**
 * Who is on a list, as keys of marks. Two devices that know nothing of each other can put on more people together than there is room for:
 * all of one's devices leave out the same ones.
 */
export function listedOf(tx: SqlTx, list: string): string[] {
  return keysOf(tx, "listed", list).slice(0, MARKS_LIMITS.listed);
}

function countOf(tx: SqlTx, kind: MarkKind, list: string): number {
  return keysOf(tx, kind, list).length;
}
