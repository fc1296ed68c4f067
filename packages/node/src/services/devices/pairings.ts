/**
 * Meeting places for two devices of one person: a few sealed messages of each side under a short code, for some minutes.
 * In memory only: a node that restarts has forgotten them, and people show a new code.
 */
import { randomBytes } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { LIMITS, PAIR_ALPHABET, pairCheckCharacter, ProtocolError } from "@baraza/protocol";
import { sha256 } from "../../crypto-fast.ts";
import type { Handlers } from "../../http/registry.ts";
import { accountKey } from "../account-key.ts";

type Side = { tokenHash: string; messages: Bytes[] };
type Pairing = {
  offer: Bytes;
  fresh: Side;
  old: Side | null;
  closed: "ended" | "refused" | null;
  expires: number;
};

const MOST = 5000;
const MESSAGES_PER_SIDE = 4;

/** The routes of pairing. `now` in milliseconds. */
export function pairingRoutes(now: () => number): { routes: Handlers; close: () => void } {
  const pairings = new Map<string, Pairing>();
  const dropOld = () => {
    // In the order of their ends: a Map keeps the order in which they came.
    for (const [code, one] of pairings) {
      if (one.expires > now()) return;
      pairings.delete(code);
    }
  };
  const find = (code: string): Pairing => {
    dropOld();
    const found = pairings.get(code);
    if (found === undefined) throw new ProtocolError("not_found");
    return found;
  };
  /** The pairing with the side that holds the token first. A wrong token finds nothing: it is one guess more. */
  const sidesOf = (code: string, token: Bytes): { pairing: Pairing; own: Side; other: Side } => {
    const pairing = find(code);
    const hash = hashOf(token);
    const old = pairing.old ?? { tokenHash: "", messages: [] };
    if (hash === pairing.fresh.tokenHash) return { pairing, own: pairing.fresh, other: old };
    if (hash === old.tokenHash) return { pairing, own: old, other: pairing.fresh };
    throw new ProtocolError("not_found");
  };

  const routes: Handlers = {
    "devices.pairOpen": ({ offer }, { limit }) => {
      limit("pair-open", { perMinute: 10, burst: 30 });
      dropOld();
      if (pairings.size >= MOST) throw new ProtocolError("busy");
      let code = newCode();
      while (pairings.has(code)) code = newCode();
      const token = randomBytes(32);
      const expires = now() + LIMITS.pairMs;
      const fresh = { tokenHash: hashOf(token), messages: [] };
      pairings.set(code, { offer, fresh, old: null, closed: null, expires });
      return { code, token, expires };
    },
    "devices.pairJoin": ({ code }, { account, limit }) => {
      // Each is a guess at somebody's code, of which there are 32^7.
      limit("pair-join", { perMinute: 10, burst: 30 }, accountKey(account));
      const pairing = find(code);
      if (pairing.old !== null) throw new ProtocolError("pair_taken");
      if (pairing.closed !== null) throw new ProtocolError("not_found");
      const token = randomBytes(32);
      pairing.old = { tokenHash: hashOf(token), messages: [] };
      return { offer: pairing.offer, token, expires: pairing.expires };
    },
    "devices.pairPut": ({ code, token, index, message }, { limit }) => {
      limit("pair-put", { perMinute: 120, burst: 120 });
      const { pairing, own } = sidesOf(code, token);
      if (pairing.closed !== null) throw new ProtocolError("not_found");
      const there = own.messages[index];
      if (there !== undefined) {
        if (!Buffer.from(there).equals(message)) throw new ProtocolError("replayed");
        return {};
      }
      if (index !== own.messages.length || index >= MESSAGES_PER_SIDE)
        throw new ProtocolError("malformed", { data: { field: "index" } });
      own.messages.push(message);
      return {};
    },
    "devices.pairGet": ({ code, token, from }, { limit }) => {
      limit("pair-get", { perMinute: 600, burst: 600 });
      const { pairing, other } = sidesOf(code, token);
      return {
        messages: other.messages.slice(from),
        joined: pairing.old !== null,
        ...(pairing.closed === null ? {} : { closed: pairing.closed }),
        expires: pairing.expires,
      };
    },
    "devices.pairClose": ({ code, token, refused }, { limit }) => {
      limit("pair-put", { perMinute: 120, burst: 120 });
      const { pairing } = sidesOf(code, token);
      pairing.closed ??= refused === true ? "refused" : "ended";
      return {};
    },
  };
  return {
    routes,
    close: () => {
      pairings.clear();
    },
  };
}

function newCode(): string {
  const seven = [...randomBytes(7)].map((byte) => PAIR_ALPHABET[byte & 31] ?? "0").join("");
  return seven + pairCheckCharacter(seven);
}

/** Only hashes of tokens are compared, so that the time of a comparison tells nothing of a token. */
function hashOf(token: Bytes): string {
  return Buffer.from(sha256(token)).toString("latin1");
}
