/** Asking for a place in a space: by an invitation's link, or as a device of somebody who is in it already. */
import {
  askProof,
  cardKeys,
  createKeyPackage,
  CryptoError,
  deviceCredential,
  ed25519Generate,
  openCard,
  randomBytes,
} from "@baraza/crypto";
import type { Bytes, Card, Reply } from "@baraza/protocol";
import {
  askBody,
  decodeJoinFragment,
  encodeCbor,
  enrolBody,
  equalBytes,
  fromHex,
  LIMITS,
  ProtocolError,
  readAs,
  reply as replySchema,
  toHex,
  writeAs,
} from "@baraza/protocol";
import type { InvitationCard } from "../api.ts";
import { newestSeen } from "../account/vault-floor.ts";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import { deviceReply } from "../account/boxes.ts";
import { isBlocked, STRANGERS } from "../requests/held-back.ts";
import { runtimeOf } from "../spaces/runtime.ts";
import { ownRejoinKey } from "../slots/keys.ts";
import { wantReturn } from "../slots/wish.ts";
import { remember } from "../trust/see.ts";
import type { OutgoingLetter } from "./send.ts";
import { sealFor, sealIfPossible, writeLetters } from "./send.ts";

type FetchedCard = { card: Card; secret: Bytes };

/**
 * Reads the card behind a link. @throws EngineError `link_invalid`, `link_expired`, `link_mismatch`, `blocked`, `offline`; `signed_out`
 * for a card of another node, to which one's own passes nothing on without an account
 */
export async function fetchCard(core: Core, fragment: string): Promise<FetchedCard> {
  let link: ReturnType<typeof decodeJoinFragment>;
  try {
    link = decodeJoinFragment(fragment);
  } catch (cause) {
    throw new EngineError("link_invalid", { cause });
  }
  const { cardId, key } = cardKeys(link.secret);
  try {
    const { sealed } = await sealedCard(core, link.node, cardId);
    const card = await openCard(key, sealed, link.inviter);
    if (card.expires < core.platform.clock.now()) throw new EngineError("link_expired");
    if (await isBlocked(core, link.inviter)) throw new EngineError("blocked");
    return { card, secret: link.secret };
  } catch (error) {
    if (error instanceof ProtocolError && error.code === "not_found")
      throw new EngineError("link_expired");
    if (error instanceof ProtocolError) throw new EngineError("offline", { cause: error });
    if (error instanceof CryptoError) throw new EngineError("link_mismatch", { cause: error });
    throw error;
  }
}

async function sealedCard(core: Core, node: string, cardId: Bytes): Promise<{ sealed: Bytes }> {
  if (core.signedIn()) return core.remote.call(node, "cards.get", { cardId });
  const policy = await core.own.call("accounts.policy", {});
  if (policy.node !== node) throw new EngineError("signed_out");
  return core.own.call("cards.get", { cardId });
}

/** What a link shows before one asks. */
export async function readInvitation(core: Core, fragment: string): Promise<InvitationCard> {
  const { card } = await fetchCard(core, fragment);
  const logId = toHex(card.logId);
  const mine = await core.store.get<{ state: string }>(
    "SELECT state FROM spaces WHERE log_id = ?",
    [logId],
  );
  return {
    title: card.title,
    kind: card.kind,
    inviterName: card.inviter.name,
    inviterAddress: card.inviter.address,
    expires: card.expires,
    approval: card.approval === true,
    already: mine?.state === "active" ? logId : null,
  };
}

/**
 * Asks to come in. Durable: the letter goes out when the line allows, the answer comes when a member's device is there.
 * `stranger`: coming in makes whoever invites no acquaintance. `pair`: it is to lead into a conversation of the two, and nowhere else.
 */
export async function ask(
  core: Core,
  fragment: string,
  { stranger = false, pair = false }: { stranger?: boolean; pair?: boolean } = {},
): Promise<{ joinId: string; spaceId: string }> {
  const { card, secret } = await fetchCard(core, fragment);
  const logId = toHex(card.logId);
  const there = await core.store.get<{ state: string }>(
    "SELECT state FROM spaces WHERE log_id = ?",
    [logId],
  );
  if (there?.state === "active")
    throw new EngineError("already_member", { data: { spaceId: logId } });
  const me = core.me();
  const { proofKey, cardId } = cardKeys(secret);
  const made =
    (await askedWith(core, logId)) ??
    (await makeKeyPackage(core, logId, { groupId: card.groupId }));
  const reply = await deviceReply(core);
  const proof = askProof(proofKey, me.identityId, [made.keyPackage]);
  const body = writeAs(askBody, {
    cardId,
    proof,
    profile: me.profile,
    reply,
    keyPackages: [made.keyPackage],
  });
  const letter = await sealFor(core, card.reply, "ask", body);
  const joinId = `${pair ? STRANGERS : ""}${toHex(randomBytes(16))}`;
  await core.store.transaction((tx) => {
    made.write(tx);
    writeLetters(tx, [letter]);
    tx.run("DELETE FROM joins WHERE log_id = ? AND inviter = ?", [
      logId,
      toHex(card.reply.identityId),
    ]);
    tx.run("INSERT INTO joins VALUES (?, ?, ?, ?, ?, 'asking', NULL, ?)", [
      joinId,
      logId,
      card.title,
      toHex(card.reply.identityId),
      card.inviter.name,
      core.platform.clock.now(),
    ]);
    tx.run("DELETE FROM join_hosts WHERE log_id = ?", [logId]);
    for (const host of card.hosts ?? [])
      tx.run("INSERT OR IGNORE INTO join_hosts VALUES (?, ?)", [logId, toHex(host)]);
    if (!stranger) remember(tx, toHex(card.reply.identityId), core.platform.clock.now(), "invited");
    // Accepting an invitation is the verification: the link named the inviter's identity.
    tx.run(
      `INSERT INTO people VALUES (?1, ?2, ?3, ?5, ?4)
       ON CONFLICT (identity_id) DO UPDATE SET state = CASE
         WHEN state IN ('met', 'code', 'you') OR ?5 = 'unchecked' THEN state ELSE 'invited' END`,
      [
        toHex(card.reply.identityId),
        card.inviter.name,
        card.inviter.address,
        core.platform.clock.now(),
        stranger ? "unchecked" : "invited",
      ],
    );
  });
  core.kick({ letters: true });
  return { joinId, spaceId: logId };
}

/**
 * Asks members to put this device (back) into a space: a new device of theirs, or one that could not follow a change.
 * The first whose device is online does it; the others find it done.
 */
export async function askForPlace(
  core: Core,
  logId: string,
  options: { contacts?: readonly Reply[]; gone?: Bytes[]; groupId?: Bytes | undefined } = {},
): Promise<void> {
  const space = await runtimeOf(core, logId);
  const to = options.contacts ?? (await repliesOf(core, logId));
  const [gone] = options.gone ?? [];
  await core.store.transaction((tx) =>
    wantReturn(tx, core, logId, { replaces: gone === undefined ? null : toHex(gone) }),
  );
  if (to.length === 0) return;
  const made = await makeKeyPackage(core, logId, {
    suite: space?.genesis.mlsSuite,
    groupId: space?.genesis.nonce ?? options.groupId,
  });
  const reply = await deviceReply(core);
  const asking = {
    logId: fromHex(logId),
    reply,
    keyPackages: [made.keyPackage],
    ...(options.gone === undefined ? {} : { gone: options.gone }),
  };
  const body = writeAs(enrolBody, asking);
  const { identityId } = core.me();
  const letters: OutgoingLetter[] = [];
  for (const one of to) {
    const own = equalBytes(one.identityId, identityId);
    const told = own ? writeAs(enrolBody, { ...asking, vault: await newestSeen(core) }) : body;
    const letter = await sealIfPossible(core, one, "enrol", told);
    if (letter !== null) letters.push(letter);
    if (letters.length === 5) break;
  }
  await core.store.transaction((tx) => {
    made.write(tx);
    writeLetters(tx, letters);
    tx.run("INSERT OR REPLACE INTO joins VALUES (?, ?, '', '', '', 'asking', NULL, ?)", [
      `enrol-${logId}`,
      logId,
      core.platform.clock.now(),
    ]);
  });
  core.kick({ letters: true });
}

async function repliesOf(core: Core, logId: string): Promise<Reply[]> {
  const rows = await core.store.all<{ reply: Bytes }>(
    `SELECT reply FROM members WHERE log_id = ? AND present = 1 AND reply IS NOT NULL AND identity_id <> ?
     ORDER BY role = 'steward' DESC, seen_seq DESC LIMIT 5`,
    [logId, core.me().id],
  );
  return rows.map((row) => readAs(replySchema, row.reply, LIMITS.requestBytes));
}

/**
 * The key package of an ask that waits for its answer. Whoever asks again, by the same link or another's, asks with the
 * same one: then it makes no difference which ask is answered, and the second finds the first one done.
 */
async function askedWith(
  core: Core,
  logId: string,
): Promise<{ keyPackage: Bytes; write: () => void } | undefined> {
  const row = await core.store.get<{ key_package: Bytes }>(
    `SELECT k.key_package FROM key_packages k WHERE k.purpose = ? AND k.expires > ?
     AND EXISTS (SELECT 1 FROM joins j WHERE j.log_id = k.purpose AND j.inviter <> '')`,
    [logId, core.platform.clock.now() + DAY_MS],
  );
  return row && { keyPackage: row.key_package, write: () => undefined };
}

const DAY_MS = 24 * 60 * 60_000;

/** A key package of this device, with a seat of its own. Without a group id it cannot say how this account comes back. */
export async function makeKeyPackage(
  core: Core,
  logId: string,
  wanted: { suite?: "x25519" | "xwing" | undefined; groupId?: Bytes | undefined },
) {
  const { suite = "x25519", groupId } = wanted;
  const me = core.me();
  const seat = ed25519Generate();
  const now = core.platform.clock.now();
  const { keyPackage, privateParts, ref } = await createKeyPackage({
    suite,
    credential: deviceCredential(me.device.certificate),
    signatureKey: { publicKey: me.device.certificate.deviceKey, privateKey: me.device.privateKey },
    seatKey: seat.publicKey,
    ...(groupId === undefined ? {} : { rejoinKey: await ownRejoinKey(core, groupId, suite) }),
    now,
  });
  return {
    keyPackage,
    privateParts,
    seatKey: seat,
    /** Stores the private parts, before the key package leaves this device. */
    write: (tx: { run(sql: string, params: (string | number | Bytes)[]): unknown }) =>
      tx.run("INSERT INTO key_packages VALUES (?, ?, ?, ?, ?, ?)", [
        toHex(ref),
        keyPackage,
        privateParts,
        seat.privateKey,
        logId,
        now + LIMITS.keyPackageDays * 24 * 60 * 60_000,
      ]),
  };
}

/** The body of a letter that says no. */
export const refusal = (body: { cardId?: Bytes; logId?: Bytes; reason: string }): Bytes =>
  encodeCbor(body);
