/** Letters about shares: keeping what somebody entrusts to one, and hearing from those to whom one has entrusted something. */
import type { VerifiedDevice } from "@baraza/crypto";
import { shareAnswer, shareDigest, verifyShare } from "@baraza/crypto/recovery";
import type { Bytes, Letter, Reply } from "@baraza/protocol";
import {
  encodeCbor,
  equalBytes,
  fromHex,
  LIMITS,
  readAs,
  reply as replySchema,
  shareAskBody,
  shareBody,
  shareGoneBody,
  shareTakenBody,
  toHex,
  writeAs,
} from "@baraza/protocol";
import { tendVault } from "../account/vault.ts";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import { sealIfPossible, writeLetters } from "../letters/send.ts";
import type { SqlTx } from "../ports.ts";
import type { HeldRow, HolderRow } from "./in-vault.ts";
import { keepHeld, vaultChanged } from "./in-vault.ts";

type Opened = Letter & { sender: VerifiedDevice };
type Write = (tx: SqlTx) => void;

/** What a letter of these kinds leads to; null when it is not for this account or says nothing new. */
export async function actOnShareLetter(core: Core, letter: Opened): Promise<Write | null> {
  switch (letter.kind) {
    case "share":
      return entrusted(core, letter);
    case "shareTaken":
      return taken(core, letter);
    case "shareGone":
      return gone(core, letter);
    case "shareAsk":
      return askedFor(core, letter);
    default:
      return null;
  }
}

/** Somebody entrusts a share to this account. It is confirmed when the vault holds it too ({@link confirmHeld}). */
async function entrusted(core: Core, letter: Opened): Promise<Write | null> {
  const body = readAs(shareBody, letter.body, LIMITS.letterBytes);
  const share = await verifyShare(body.share);
  const { identityId } = letter.sender;
  if (
    !equalBytes(share.ownerId, identityId) ||
    !equalBytes(share.holder, core.me().identityId) ||
    !equalBytes(body.reply.identityId, identityId)
  )
    return null;
  const owner = toHex(identityId);
  const held = await heldOf(core, owner, share.way);
  // A date that is still to come would keep out every later one: a device that was removed since could have set it so.
  const made = Math.min(share.made, core.platform.clock.now());
  if (held !== undefined && held.made > made) return null;
  if (held?.share == null) {
    const row = await core.store.get<{ count: number }>(
      "SELECT count(*) AS count FROM held_shares WHERE share IS NOT NULL",
    );
    if ((row?.count ?? 0) >= LIMITS.sharesHeld) return null;
  }
  return (tx) => {
    keepHeld(tx, {
      owner,
      way: share.way,
      set_id: toHex(share.setId),
      made,
      share: body.share,
      reply: encodeCbor(body.reply),
      confirm: 1,
    });
    vaultChanged(tx);
  };
}

/** Confirms what the vault holds by now: a device that is lost the next moment does not take it along. */
export async function confirmHeld(core: Core): Promise<void> {
  const rows = await core.store.all<HeldRow>(
    "SELECT * FROM held_shares WHERE confirm = 1 AND share IS NOT NULL AND reply IS NOT NULL",
  );
  if (rows.length === 0) return;
  await tendVault(core);
  for (const row of rows) {
    const { share, reply } = row;
    if (share === null || reply === null) continue;
    const to = readAs(replySchema, reply, LIMITS.requestBytes);
    const body = { setId: fromHex(row.set_id), digest: shareDigest(share) };
    const letter = await sealIfPossible(core, to, "shareTaken", writeAs(shareTakenBody, body));
    await core.store.transaction((tx) => {
      if (letter !== null) writeLetters(tx, [letter]);
      tx.run("UPDATE held_shares SET confirm = 0 WHERE owner = ? AND way = ? AND set_id = ?", [
        row.owner,
        row.way,
        row.set_id,
      ]);
    });
  }
  core.kick({ letters: true });
}

/** A holder has it, and shows that it is the one that was sent. */
async function taken(core: Core, letter: Opened): Promise<Write | null> {
  const { setId, digest, nonce } = readAs(shareTakenBody, letter.body, LIMITS.requestBytes);
  const holder = await holderOf(core, setId, letter.sender.identityId);
  if (holder === undefined) return tooEarly(core, letter, { setId, state: "held", digest });
  const fits =
    nonce === undefined
      ? equalBytes(holder.digest, digest)
      : holder.nonce !== null &&
        equalBytes(holder.nonce, nonce) &&
        equalBytes(shareAnswer(holder.digest, nonce), digest);
  return fits ? (tx) => setState(core, tx, holder, "held") : null;
}

/** Answers about unknown sets that are kept: anybody who can write to one could send such. */
const EARLY = 100;

/**
 * An answer about a set that another device of the account has just made: a letter is read by the first device that finds
 * it. It is kept until this device knows the set (in-vault.ts).
 */
function tooEarly(
  core: Core,
  letter: Opened,
  { setId, state, digest }: { setId: Bytes; state: "held" | "declined"; digest: Bytes },
): Write {
  return (tx) => {
    const { n = 0 } = tx.get<{ n: number }>("SELECT count(*) AS n FROM holder_answers") ?? {};
    if (n < EARLY)
      tx.run("INSERT OR REPLACE INTO holder_answers VALUES (?, ?, ?, ?, ?)", [
        toHex(setId),
        toHex(letter.sender.identityId),
        state,
        digest,
        core.platform.clock.now(),
      ]);
  };
}

/** From a holder: not any more. From an owner: it opens nothing any more. */
async function gone(core: Core, letter: Opened): Promise<Write | null> {
  const { owner, setId } = readAs(shareGoneBody, letter.body, LIMITS.requestBytes);
  const { identityId } = letter.sender;
  if (equalBytes(owner, core.me().identityId)) {
    const holder = await holderOf(core, setId, identityId);
    return holder === undefined
      ? tooEarly(core, letter, { setId, state: "declined", digest: new Uint8Array(32) })
      : (tx) => setState(core, tx, holder, "declined");
  }
  if (!equalBytes(owner, identityId)) return null;
  return (tx) => {
    const { changes } = tx.run(
      "UPDATE held_shares SET share = NULL, confirm = 0 WHERE owner = ? AND set_id = ?",
      [toHex(owner), toHex(setId)],
    );
    if (changes > 0) vaultChanged(tx);
  };
}

/** An owner asks whether it is still here: answered either way. */
async function askedFor(core: Core, letter: Opened): Promise<Write | null> {
  const body = readAs(shareAskBody, letter.body, LIMITS.requestBytes);
  const { identityId } = letter.sender;
  if (!equalBytes(body.reply.identityId, identityId)) return null;
  const held = await core.store.get<HeldRow>(
    "SELECT * FROM held_shares WHERE owner = ? AND set_id = ? AND share IS NOT NULL",
    [toHex(identityId), toHex(body.setId)],
  );
  const answer = held?.share
    ? await answerOf(core, body.reply, "shareTaken", {
        setId: body.setId,
        nonce: body.nonce,
        digest: shareDigest(held.share, body.nonce),
      })
    : await answerOf(core, body.reply, "shareGone", { owner: identityId, setId: body.setId });
  return answer === null ? null : (tx) => writeLetters(tx, [answer]);
}

function answerOf(
  core: Core,
  to: Reply,
  kind: "shareTaken" | "shareGone",
  body: Record<string, Bytes>,
) {
  return sealIfPossible(core, to, kind, encodeCbor(body));
}

/** Gives up what one holds for somebody, and tells them. @throws EngineError `invalid` */
export async function decline(core: Core, owner: string): Promise<void> {
  const rows = await core.store.all<HeldRow>(
    "SELECT * FROM held_shares WHERE owner = ? AND share IS NOT NULL",
    [owner],
  );
  if (rows.length === 0) throw new EngineError("invalid", { data: { field: "owner" } });
  for (const row of rows) {
    const letter =
      row.reply === null
        ? null
        : await answerOf(core, readAs(replySchema, row.reply, LIMITS.requestBytes), "shareGone", {
            owner: fromHex(owner),
            setId: fromHex(row.set_id),
          });
    await core.store.transaction((tx) => {
      tx.run("UPDATE held_shares SET share = NULL, confirm = 0 WHERE owner = ? AND way = ?", [
        owner,
        row.way,
      ]);
      if (letter !== null) writeLetters(tx, [letter]);
      vaultChanged(tx);
    });
  }
  core.kick({ letters: true, vault: true });
}

function heldOf(core: Core, owner: string, way: string): Promise<HeldRow | undefined> {
  return core.store.get<HeldRow>("SELECT * FROM held_shares WHERE owner = ? AND way = ?", [
    owner,
    way,
  ]);
}

function holderOf(core: Core, setId: Bytes, identityId: Bytes): Promise<HolderRow | undefined> {
  return core.store.get<HolderRow>(
    "SELECT * FROM trusted_holders WHERE set_id = ? AND identity_id = ?",
    [toHex(setId), toHex(identityId)],
  );
}

function setState(core: Core, tx: SqlTx, holder: HolderRow, state: HolderRow["state"]): void {
  tx.run(
    "UPDATE trusted_holders SET state = ?, at = ?, nonce = NULL WHERE set_id = ? AND identity_id = ?",
    [state, core.platform.clock.now(), holder.set_id, holder.identity_id],
  );
  vaultChanged(tx);
}
