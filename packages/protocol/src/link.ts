/** Links that people pass on: what is in their fragment never reaches a server by itself. */
import type { Bytes } from "./bytes.ts";
import { concat, fromBase64url, toBase64url } from "./bytes.ts";
import { ProtocolError } from "./errors.ts";
import { check, nodeName } from "./schema.ts";

/** A space invitation: the inviter's node, the card's secret, and the inviter's identity id, which makes accepting the verification. */
export type JoinLink = {
  node: string;
  secret: Bytes;
  inviter: Bytes;
  /** A node invitation for guests who have no account yet, where the inviter may give one. */
  invitation: Bytes | null;
};

const SECRET = 32;
const IDENTITY = 32;
const INVITATION = 16;

/** The fragment of a `/join` page: `node.base64url(secret || inviter || invitation?)`. */
export function encodeJoinFragment(link: JoinLink): string {
  const rest = concat(link.secret, link.inviter, link.invitation ?? new Uint8Array());
  return `${link.node}.${toBase64url(rest)}`;
}

/** Reads a fragment, with or without the leading `#`. @throws ProtocolError `malformed`. */
export function decodeJoinFragment(fragment: string): JoinLink {
  const plain = fragment.startsWith("#") ? fragment.slice(1) : fragment;
  const dot = plain.lastIndexOf(".");
  if (dot < 1 || plain.length > 600) throw new ProtocolError("malformed");
  try {
    const node = check(nodeName, plain.slice(0, dot));
    const rest = fromBase64url(plain.slice(dot + 1));
    if (rest.length !== SECRET + IDENTITY && rest.length !== SECRET + IDENTITY + INVITATION)
      throw new RangeError("length");
    return {
      node,
      secret: rest.slice(0, SECRET),
      inviter: rest.slice(SECRET, SECRET + IDENTITY),
      invitation: rest.length > SECRET + IDENTITY ? rest.slice(SECRET + IDENTITY) : null,
    };
  } catch (cause) {
    throw new ProtocolError("malformed", { cause });
  }
}

/** A request for help with an account: its node, and the secret from which the drop place and its key come. */
export type HelpLink = { node: string; secret: Bytes };

/** The fragment of a `/help` page: `node.base64url(secret)`. */
export function encodeHelpFragment(link: HelpLink): string {
  return `${link.node}.${toBase64url(link.secret)}`;
}

/** Reads a fragment, with or without what stands before its `#`. @throws ProtocolError `malformed`. */
export function decodeHelpFragment(text: string): HelpLink {
  const plain = text.slice(text.indexOf("#") + 1).trim();
  const dot = plain.lastIndexOf(".");
  if (dot < 1 || plain.length > 600) throw new ProtocolError("malformed");
  try {
    const node = check(nodeName, plain.slice(0, dot));
    const secret = fromBase64url(plain.slice(dot + 1));
    if (secret.length !== SECRET) throw new RangeError("length");
    return { node, secret };
  } catch (cause) {
    throw new ProtocolError("malformed", { cause });
  }
}

/** The origin of a node: https, but plain http for `localhost` and names under it. */
export function nodeOrigin(node: string): string {
  const host = node.split(":", 1)[0] ?? "";
  const local = host === "localhost" || host.endsWith(".localhost");
  return `${local ? "http" : "https"}://${node}`;
}
