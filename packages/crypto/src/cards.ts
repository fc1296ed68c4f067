/** Invitation cards: everything comes from the 32-byte secret in a link's fragment, which no server sees. */
import type { Bytes, Card } from "@baraza/protocol";
import {
  card as cardSchema,
  concat,
  equalBytes,
  LABELS,
  LIMITS,
  pad,
  readAs,
  uint64,
  utf8,
  writeAs,
} from "@baraza/protocol";
import { unpadExactly } from "./entries.ts";
import { CryptoError } from "./errors.ts";
import { verifyIdentityRecord } from "./identity.ts";
import {
  AEAD_OVERHEAD,
  hkdf,
  hmac,
  isBytes,
  needBytes,
  openAead,
  sealAead,
  sha256,
} from "./primitives.ts";

/** `cardId` names the card at the node (16 bytes), `key` seals it, `proofKey` shows that one has the link. */
export type CardKeys = { cardId: Bytes; key: Bytes; proofKey: Bytes };

const EMPTY = new Uint8Array();

/** The keys of a link's secret. @throws CryptoError `bad_input` unless it is 32 bytes. */
export function cardKeys(secret: Bytes): CardKeys {
  needBytes(secret, 32);
  return {
    cardId: hkdf(secret, EMPTY, LABELS.cardId, 16),
    key: hkdf(secret, EMPTY, LABELS.cardKey, 32),
    proofKey: hkdf(secret, EMPTY, LABELS.askProofKey, 32),
  };
}

/** Seals a card, padded. @throws ProtocolError when it does not fit its schema. `salt` is for vectors only. */
export function sealCard(key: Bytes, card: Card, salt?: Bytes): Promise<Bytes> {
  const options = { label: LABELS.cardKey, ...(salt === undefined ? {} : { salt }) };
  return sealAead(key, pad(writeAs(cardSchema, card), AEAD_OVERHEAD), EMPTY, options);
}

/**
 * Opens a card and checks the inviter's identity record; with `inviter` (the identity id from the link) also that it
 * is theirs. Expiry is the caller's to check.
 * @throws CryptoError `open_failed`, `bad_card`.
 */
export async function openCard(key: Bytes, sealed: Bytes, inviter?: Bytes): Promise<Card> {
  if (!isBytes(sealed) || sealed.length > LIMITS.cardBytes) throw new CryptoError("open_failed");
  const padded = await openAead(key, sealed, EMPTY, { label: LABELS.cardKey });
  const card = readAs(cardSchema, unpadExactly(padded, AEAD_OVERHEAD), LIMITS.cardBytes);
  const id = await verifyIdentityRecord(card.inviterIdentity);
  if (!equalBytes(id, card.reply.identityId) || (inviter !== undefined && !equalBytes(id, inviter)))
    throw new CryptoError("bad_card");
  return card;
}

/** Shows that whoever asks has the link, bound to who asks and the key packages that are to be added. 32 bytes. */
export function askProof(proofKey: Bytes, identityId: Bytes, keyPackages: readonly Bytes[]): Bytes {
  needBytes(proofKey, 32);
  needBytes(identityId, 32);
  const hashes = keyPackages.map((keyPackage) => sha256(keyPackage));
  return hmac(
    proofKey,
    concat(utf8(LABELS.askProof), identityId, uint64(hashes.length), ...hashes),
  );
}

/** True when `proof` is what {@link askProof} gives. */
export function verifyAskProof(
  proofKey: Bytes,
  identityId: Bytes,
  keyPackages: readonly Bytes[],
  proof: Bytes,
): boolean {
  return isBytes(proof) && equalBytes(askProof(proofKey, identityId, keyPackages), proof);
}
