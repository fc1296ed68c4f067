/**
 * One's own sets of shares: making them, who has confirmed, ending those that are replaced.
 *
 * [Note: Making a set in steps] The secret of a set stands in the store as a draft until the way that it opens is at the
 * node and the letters to its holders are written; whatever cuts that off, it goes on where it was. The sets that a new
 * one replaces end only when enough of its holders have confirmed, so there is no moment without one that opens.
 */
import { randomBytes, wayKeys } from "@baraza/crypto";
import { shareDigest, splitSecret } from "@baraza/crypto/recovery";
import type { Bytes, Reply } from "@baraza/protocol";
import {
  check,
  equalBytes,
  fromHex,
  LIMITS,
  readAs,
  reply as replySchema,
  shareAskBody,
  shareBody,
  shareGoneBody,
  toHex,
  writeAs,
} from "@baraza/protocol";
import * as v from "valibot";
import { listWays } from "../account/ways-store.ts";
import { tendVault } from "../account/vault.ts";
import { addWay, removeWay } from "../account/ways.ts";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import type { OutgoingLetter } from "../letters/send.ts";
import { sealIfPossible, writeLetters } from "../letters/send.ts";
import { ownReply } from "../spaces/profile.ts";
import type { SetKind } from "./api.ts";
import type { HolderRow, SetRow } from "./in-vault.ts";
import { vaultChanged } from "./in-vault.ts";

type Draft = {
  set_id: string;
  way: SetKind;
  secret: Bytes;
  made: number;
  k: number;
  space_id: string | null;
  holders: string;
};

const wish = v.object({
  kind: v.picklist(["people", "organisation"]),
  holders: v.pipe(
    v.array(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
    v.minLength(1),
    v.maxLength(LIMITS.shareHolders),
  ),
  k: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  spaceId: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
});

/**
 * Divides a new secret among holders, all of whom have to be reachable. Durable when it returns; what needs the line goes
 * on by itself. @throws EngineError `invalid` when k does not fit, somebody comes twice or cannot be reached
 */
export async function makeSet(
  core: Core,
  args: { kind: SetKind; holders: string[]; k: number; spaceId?: string | undefined },
): Promise<{ setId: string }> {
  const { kind, holders, k, spaceId } = check(wish, args);
  const me = core.me();
  const least = kind === "people" ? 2 : 1;
  if (k < least || k > holders.length || new Set(holders).size !== holders.length)
    throw new EngineError("invalid", { data: { field: "k" } });
  for (const id of holders)
    if (id === me.id || (await addressOf(core, id)) === null)
      throw new EngineError("invalid", { data: { field: "holders" } });
  const setId = toHex(randomBytes(16));
  // The newest by its date holds: a device whose clock was ahead must not have the last word for long.
  const newest = await core.store.get<{ made: number | null }>(
    `SELECT max(made) AS made FROM (SELECT made FROM trusted_sets WHERE way = ?1
     UNION ALL SELECT made FROM trusted_drafts WHERE way = ?1)`,
    [kind],
  );
  await core.store.run("INSERT INTO trusted_drafts VALUES (?, ?, ?, ?, ?, ?, ?)", [
    setId,
    kind,
    randomBytes(32),
    Math.max(core.platform.clock.now(), (newest?.made ?? 0) + 1),
    k,
    spaceId ?? null,
    holders.join(" "),
  ]);
  core.kick({ recovery: true });
  return { setId };
}

/** Goes on with what was begun: drafts become sets, and sets that are replaced end. */
export async function tendSets(core: Core): Promise<void> {
  for (const draft of await core.store.all<Draft>("SELECT * FROM trusted_drafts ORDER BY made"))
    await finishDraft(core, draft);
  await retire(core);
  await tellHolders(core);
}

async function finishDraft(core: Core, draft: Draft): Promise<void> {
  const me = core.me();
  const keys = await wayKeys(draft.way, draft.secret);
  const { ways } = await listWays(core);
  const there = ways.find(({ publicKey }) => publicKey && equalBytes(publicKey, keys.publicKey));
  const to: { reply: Reply; name: string; address: string; id: string }[] = [];
  for (const id of draft.holders.split(" ")) {
    const one = await addressOf(core, id);
    // Whoever left since the draft was made gets none.
    if (one !== null) to.push({ ...one, id });
  }
  if (to.length < draft.k) return dropDraft(core, draft);
  const wayId = there?.id ?? (await addWay(core, { way: draft.way, secret: draft.secret }));
  const now = core.platform.clock.now();
  const { shares } = await splitSecret({
    way: draft.way,
    owner: { record: me.identity, privateKey: me.identityKey },
    profile: me.profile,
    secret: draft.secret,
    publicKey: keys.publicKey,
    k: draft.k,
    holders: to.map((one) => fromHex(one.id)),
    made: draft.made,
    setId: fromHex(draft.set_id),
  });
  const letters: OutgoingLetter[] = [];
  for (const [at, one] of to.entries()) {
    const share = shares[at];
    if (share === undefined) continue;
    const body = writeAs(shareBody, { share, reply: await ownReply(core) });
    const letter = await sealIfPossible(core, one.reply, "share", body);
    if (letter !== null) letters.push(letter);
  }
  await core.store.transaction((tx) => {
    tx.run("DELETE FROM trusted_drafts WHERE set_id = ?", [draft.set_id]);
    writeLetters(tx, letters);
    tx.run("INSERT OR IGNORE INTO trusted_sets VALUES (?, ?, ?, ?, ?, ?, 0)", [
      draft.set_id,
      draft.way,
      wayId,
      draft.made,
      draft.k,
      draft.space_id,
    ]);
    for (const [position, one] of to.entries()) {
      const share = shares[position];
      if (share === undefined) continue;
      tx.run(
        "INSERT OR IGNORE INTO trusted_holders VALUES (?, ?, ?, ?, ?, ?, 'sent', ?, NULL, 0)",
        [draft.set_id, one.id, position, one.name, one.address, shareDigest(share), now],
      );
    }
    vaultChanged(tx);
  });
  // First the vault: the holders' answers may reach another device of the account, which learns of the set there.
  await tendVault(core);
  core.kick({ letters: true });
}

/** Gives up a set that is not made yet, with its way where that is at the node already. */
async function dropDraft(core: Core, draft: Draft): Promise<void> {
  const keys = await wayKeys(draft.way, draft.secret);
  const { ways } = await listWays(core);
  const there = ways.find(({ publicKey }) => publicKey && equalBytes(publicKey, keys.publicKey));
  if (there !== undefined) await removeWay(core, there.id);
  await core.store.run("DELETE FROM trusted_drafts WHERE set_id = ?", [draft.set_id]);
}

/** Sets of a kind that a newer one has replaced: enough have confirmed that one, so these end. */
async function retire(core: Core): Promise<void> {
  const sets = await core.store.all<SetRow>(
    "SELECT * FROM trusted_sets WHERE gone = 0 ORDER BY made DESC",
  );
  for (const kind of ["people", "organisation"] as const) {
    const mine = sets.filter((one) => one.way === kind);
    const standing = await Promise.all(mine.map((one) => stands(core, one)));
    const from = standing.indexOf(true);
    if (from < 0) continue;
    for (const old of mine.slice(from + 1)) await endSet(core, old);
  }
}

/** Enough holders have confirmed to open the account. */
async function stands(core: Core, set: SetRow): Promise<boolean> {
  const row = await core.store.get<{ count: number }>(
    "SELECT count(*) AS count FROM trusted_holders WHERE set_id = ? AND state = 'held'",
    [set.set_id],
  );
  return (row?.count ?? 0) >= set.k;
}

/** Ends a set. @throws EngineError `last_way` when nothing else is left to come back by */
export async function withdraw(core: Core, setId: string): Promise<void> {
  const draft = await core.store.get<Draft>("SELECT * FROM trusted_drafts WHERE set_id = ?", [
    setId,
  ]);
  if (draft !== undefined) return dropDraft(core, draft);
  const set = await core.store.get<SetRow>(
    "SELECT * FROM trusted_sets WHERE set_id = ? AND gone = 0",
    [setId],
  );
  if (set !== undefined) await endSet(core, set);
}

async function endSet(core: Core, set: SetRow): Promise<void> {
  const { ways } = await listWays(core);
  if (ways.some(({ id }) => equalBytes(id, set.way_id))) await removeWay(core, set.way_id);
  await core.store.transaction((tx) => {
    tx.run("UPDATE trusted_sets SET gone = 1 WHERE set_id = ?", [set.set_id]);
    tx.run("UPDATE trusted_holders SET tell = 1 WHERE set_id = ? AND state <> 'declined'", [
      set.set_id,
    ]);
    vaultChanged(tx);
  });
  core.kick({ vault: true, recovery: true });
}

/** Tells holders of sets that ended; whoever cannot be written to now (a device that is not back in all spaces) later. */
async function tellHolders(core: Core): Promise<void> {
  const holders = await core.store.all<HolderRow>("SELECT * FROM trusted_holders WHERE tell = 1");
  for (const { set_id, identity_id } of holders) {
    const one = await addressOf(core, identity_id);
    if (one === null) continue;
    const body = { owner: core.me().identityId, setId: fromHex(set_id) };
    const letter = await sealIfPossible(core, one.reply, "shareGone", writeAs(shareGoneBody, body));
    await core.store.transaction((tx) => {
      if (letter !== null) writeLetters(tx, [letter]);
      tx.run("UPDATE trusted_holders SET tell = 0 WHERE set_id = ? AND identity_id = ?", [
        set_id,
        identity_id,
      ]);
    });
  }
  if (holders.length > 0) core.kick({ letters: true });
}

/** Asks the holders whether they still have it. Their devices answer. */
export async function askHolders(core: Core, setId: string): Promise<void> {
  const nonce = randomBytes(16);
  const reply = await ownReply(core);
  const body = writeAs(shareAskBody, { setId: fromHex(setId), nonce, reply });
  const holders = await core.store.all<HolderRow>(
    "SELECT * FROM trusted_holders WHERE set_id = ? AND state <> 'declined'",
    [setId],
  );
  const letters: OutgoingLetter[] = [];
  for (const { identity_id } of holders) {
    const one = await addressOf(core, identity_id);
    const letter = one && (await sealIfPossible(core, one.reply, "shareAsk", body));
    if (letter !== null) letters.push(letter);
  }
  await core.store.transaction((tx) => {
    tx.run("UPDATE trusted_holders SET nonce = ? WHERE set_id = ?", [nonce, setId]);
    writeLetters(tx, letters);
  });
  core.kick({ letters: true });
}

/** How to write to somebody who is in one of the account's spaces; null when nobody is. */
async function addressOf(
  core: Core,
  identityId: string,
): Promise<{ reply: Reply; name: string; address: string } | null> {
  const row = await core.store.get<{ reply: Bytes; name: string; address: string }>(
    `SELECT m.reply, m.name, m.address FROM members m JOIN spaces s ON s.log_id = m.log_id
     WHERE m.identity_id = ? AND m.present = 1 AND m.reply IS NOT NULL AND s.state = 'active'
     ORDER BY m.seen_seq DESC LIMIT 1`,
    [identityId],
  );
  if (row === undefined) return null;
  return { ...row, reply: readAs(replySchema, row.reply, LIMITS.requestBytes) };
}
