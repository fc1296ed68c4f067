/**
 * Writing to somebody whom one has never met. The conversation is made at once, with the first words in it; a letter with the
 * same words and the secret of its card goes to the other. Coming in is then like coming by a link.
 *
 * [Note: The order of writing] Whatever can say no is asked first: who has the address, the key to seal to, the token, the place for the card.
 * What follows stands on this device in one transaction, the conversation with it, and the letter goes as often as it takes, the same bytes each time.
 */
import {
  blindToken,
  cardKeys,
  CryptoError,
  finalizeToken,
  randomBytes,
  sealCard,
  sealLetter,
  verifyBoxKey,
} from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import {
  equalBytes,
  fromHex,
  LIMITS,
  ProtocolError,
  requestBody,
  requestsPut,
  toHex,
  writeAs,
} from "@baraza/protocol";
import { deviceReply } from "../account/boxes.ts";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import type { MadeSpace } from "../spaces/create.ts";
import { createSpace } from "../spaces/create.ts";
import { prepare, writeOutbox } from "../spaces/post.ts";
import { addressOf, lookUp } from "../trust/look-up.ts";
import { chainOf, seeIdentities } from "../trust/see.ts";
import type { FoundPerson } from "./api.ts";
import { sendOne } from "./tend-requests.ts";

/** How long the other may take to answer: as long as a card may lie at a node. */
const CARD_MS = 365 * 24 * 60 * 60_000;

/** See api.ts. */
export async function find(core: Core, address: string): Promise<FoundPerson> {
  const wanted = addressOf(address);
  if (wanted === null) throw new EngineError("invalid", { data: { field: "address" } });
  const { identityId, name, node } = await lookUp(core, wanted);
  if (identityId === core.me().id) throw new EngineError("invalid", { data: { field: "self" } });
  const row = await core.store.get<{ name: string | null; wrote: number; blocked: number }>(
    `SELECT (SELECT name FROM people WHERE identity_id = ?1) AS name,
       EXISTS (SELECT 1 FROM marks WHERE kind = 'request' AND key = ?1 AND value ->> 'words' IS NOT NULL) AS wrote,
       EXISTS (SELECT 1 FROM marks WHERE kind = 'block' AND key = ?1 AND value IS NOT NULL) AS blocked`,
    [identityId],
  );
  return {
    identityId,
    address: `${name}@${node}`,
    name: row?.name ?? null,
    spaceId: await conversationWith(core, identityId),
    wrote: row?.wrote === 1,
    blocked: row?.blocked === 1,
  };
}

/** The conversation of two with somebody, also one that they have not come into yet. */
async function conversationWith(core: Core, identityId: string): Promise<string | null> {
  const row = await core.store.get<{ log_id: string }>(
    `SELECT s.log_id FROM spaces s WHERE s.kind = 'pair' AND s.state = 'active' AND (
       EXISTS (SELECT 1 FROM members m WHERE m.log_id = s.log_id AND m.identity_id = ?1 AND m.present = 1)
       OR EXISTS (SELECT 1 FROM requests_out o WHERE o.log_id = s.log_id AND o.identity_id = ?1))
     ORDER BY s.log_id LIMIT 1`,
    [identityId],
  );
  return row?.log_id ?? null;
}

/** See api.ts. */
export async function write(
  core: Core,
  args: { identityId: string; address: string; words: string },
): Promise<{ spaceId: string }> {
  const words = args.words.normalize("NFC").trim();
  if (words.length < 1 || words.length > LIMITS.requestWords || !words.isWellFormed())
    throw new EngineError("invalid", { data: { field: "words" } });
  const found = await find(core, args.address);
  if (found.identityId !== args.identityId) throw new EngineError("unverified");
  if (found.blocked) throw new EngineError("invalid", { data: { field: "blocked" } });
  const { identityId, address } = found;
  if (found.spaceId !== null)
    throw new EngineError("already_member", { data: { spaceId: found.spaceId } });
  const wanted = addressOf(address);
  if (wanted === null) throw new EngineError("invalid", { data: { field: "address" } });
  const boxKey = await boxKeyOf(core, wanted, fromHex(identityId));
  const token = await takeToken(core, wanted.node);
  const title = found.name ?? address;
  const message = prepare(core, { type: "chat.message", payload: { text: words } });
  const spaceId = await createSpace(
    core,
    { title, kind: "pair", history: "all", untitled: true },
    async (space) => {
      const to = { space, identityId, boxKey, token, words };
      const request = await prepareRequest(core, to);
      const at = core.platform.clock.now();
      const { logId } = space;
      return (tx) => {
        writeOutbox(tx, core, logId, message);
        tx.run("INSERT INTO cards VALUES (?, ?, ?, ?)", [
          request.cardId,
          logId,
          request.secret,
          request.expires,
        ]);
        tx.run("INSERT INTO links VALUES (?, ?, ?, ?, ?, 1, 0, NULL, NULL, NULL)", [
          request.cardId,
          logId,
          "",
          at,
          request.expires,
        ]);
        tx.run("INSERT OR REPLACE INTO requests_out VALUES (?, ?, ?, ?, ?, ?, 'sending', 0, ?)", [
          identityId,
          logId,
          request.cardId,
          wanted.node,
          address,
          request.put,
          at,
        ]);
        tx.run("INSERT OR IGNORE INTO people VALUES (?, ?, ?, 'unchecked', ?)", [
          identityId,
          title,
          address,
          at,
        ]);
        tx.run("UPDATE person_keys SET record = 'fits', record_at = ? WHERE identity_id = ?", [
          at,
          identityId,
        ]);
      };
    },
  );
  core.kick({ space: spaceId, requests: true });
  // Now, so that whoever wrote it sees at once where it does not go.
  await sendOne(core, identityId);
  return { spaceId };
}

/** The key to seal to, where the very identity signed it that the node's key log has. @throws EngineError `unverified` */
export async function boxKeyOf(
  core: Core,
  address: { name: string; node: string },
  identityId: Bytes,
): Promise<Bytes> {
  const { record } = await lookUp(core, address);
  const now = core.platform.clock.now();
  await core.store.transaction((tx) =>
    seeIdentities(tx, [{ id: toHex(identityId), chain: chainOf(record) }], now),
  );
  const { boxKey } = await core.remote.call(address.node, "identity.lookup", { identityId });
  try {
    const given = await verifyBoxKey(boxKey, identityId, now);
    if (!equalBytes(chainOf(given.identity), chainOf(record))) throw new CryptoError("bad_box_key");
    return boxKey;
  } catch (cause) {
    if (!(cause instanceof CryptoError)) throw cause;
    throw new EngineError("unverified", { cause, data: { node: address.node } });
  }
}

type Token = { period: number; token: { input: Bytes; output: Bytes } };

/**
 * A blind token of somebody's node. Its key is asked for sealed, by nobody in particular; the token through one's own node,
 * which gives its word for us and no name. @throws ProtocolError `letters_limited`, `node_blocked`
 */
export async function takeToken(core: Core, node: string): Promise<Token> {
  const { publicKey, period } = await core.remote.call(node, "requests.key", {
    from: core.me().node,
  });
  const pending = blindToken();
  const issued = await core.own.call("requests.token", { node, blinded: pending.blinded });
  if (issued.period !== period) throw new ProtocolError("unavailable");
  try {
    const answer = { evaluated: [issued.evaluated], proof: issued.proof };
    return { period, token: finalizeToken(pending, answer, publicKey) };
  } catch (cause) {
    if (!(cause instanceof CryptoError)) throw cause;
    throw new ProtocolError("unavailable", { cause });
  }
}

/** The card of the conversation, put at one's own node, and the sealed letter with its secret. */
async function prepareRequest(
  core: Core,
  to: { space: MadeSpace; identityId: string; boxKey: Bytes; token: Token; words: string },
) {
  const me = core.me();
  const now = core.platform.clock.now();
  const secret = randomBytes(32);
  const { cardId, key } = cardKeys(secret);
  const expires = now + CARD_MS;
  const sealed = await sealCard(key, {
    v: 1,
    logId: to.space.id,
    title: me.profile.name,
    kind: "pair",
    inviter: me.profile,
    inviterIdentity: me.identity,
    reply: await deviceReply(core),
    expires,
    groupId: to.space.nonce,
  });
  await core.own.call("cards.put", { cardId, sealed, expires });
  const identityId = fromHex(to.identityId);
  const { letterId, letter } = await sealLetter({
    from: me.device,
    to: identityId,
    boxKey: to.boxKey,
    kind: "request",
    body: writeAs(requestBody, {
      profile: me.profile,
      words: to.words,
      node: me.node,
      secret,
    }),
    at: now,
  });
  const put = writeAs(requestsPut.request, {
    to: identityId,
    from: me.node,
    ...to.token,
    letterId,
    letter,
  });
  return { cardId: toHex(cardId), secret, expires, put };
}
