/** What a screen can ask about who is who, and about what nodes were seen to do. */
import type { Check } from "../api.ts";

/**
 * What changed about a person whom one knew.
 * key: their identity goes on under a key that they did not hand it on to. address: somebody else has their address, or they
 * use somebody else's. device: they write from a device that their node does not know.
 */
export type PersonChange = "key" | "address" | "device";

/** Whether what their node says of them in its public record was looked at: and fits, does not, or cannot be looked at yet. */
export type RecordState = "fits" | "open" | "wrong";

export type PersonHistory = {
  at: number;
  kind: "first" | "met" | "code" | "invited" | "handedOn" | "accepted" | "doubted" | PersonChange;
};

export type PersonCard = {
  identityId: string;
  name: string;
  address: string;
  check: Check;
  /** Who brought them, for `known`. */
  via: string | null;
  changed: { kind: PersonChange; at: number } | null;
  record: RecordState;
  /** Conversations that both are in. */
  spaces: { spaceId: string; title: string; kind: "personal" | "pair" | "group" }[];
  history: PersonHistory[];
};

/**
 * Something that a person should know, and do something about.
 * nodeTwoFaces: a node showed different records to different people. nodeForgot: a node's record has become shorter.
 * nodeWrong: what a node said of somebody is not in its own record. ownForeign: one's own account is recorded with a key or
 * a device that is not one's own. ownDevice: a device was added to the account. vaultOld: the node gave an older vault than
 * the account had. personChanged: see PersonChange. oldRequest: a letter came again under another name.
 */
export type TrustNoticeKind =
  | "nodeTwoFaces"
  | "nodeForgot"
  | "nodeWrong"
  | "ownForeign"
  | "ownDevice"
  | "vaultOld"
  | "personChanged"
  | "oldRequest";

export type TrustNotice = {
  noticeId: string;
  kind: TrustNoticeKind;
  /** The node, the device or the person that it is about. */
  subject: string;
  /** A person's name, a node's, or empty. */
  name: string;
  at: number;
};

type Person = { identityId: string };

export type TrustCommands = {
  /** Eight groups of five digits that two people compare: the same on both sides. */
  "person.number": (args: Person) => Promise<{ groups: string[] }>;
  /** The text of one's own picture code, for others to scan. */
  "person.ownCode": (args: Record<string, never>) => Promise<{ code: string }>;
  /**
   * Takes a scanned code: whoever shows it is met in person. `name` is null when one does not know them yet.
   * @throws EngineError code_wrong (no such code), code_mismatch (it says another identity than the one expected)
   */
  "person.scan": (args: {
    code: string;
    identityId?: string | undefined;
  }) => Promise<{ identityId: string; name: string | null }>;
  /** "The numbers are the same": compared in person or on a call. Ends a warning. */
  "person.confirm": (args: Person & { how: "met" | "code" }) => Promise<void>;
  /** "The numbers differ", or "I am not sure any more". */
  "person.doubt": (args: Person) => Promise<void>;
  /** Goes on with somebody after a change, without comparing. */
  "person.accept": (args: Person) => Promise<void>;
  /** Looks at their node's record now. Without a line, nothing changes. */
  "person.look": (args: Person) => Promise<{ record: RecordState }>;
  /** Who has an address, as their node's record proves it. @throws EngineError unverified; ProtocolError not_found */
  "person.find": (args: { address: string }) => Promise<{ identityId: string }>;
  /** Takes a notice away; of a node, what it says from now on is the new beginning. */
  "notice.dismiss": (args: { noticeId: string }) => Promise<void>;
};

export type TrustLive = {
  person: { args: Person; value: PersonCard | null };
  notices: { args: Record<string, never>; value: TrustNotice[] };
};
