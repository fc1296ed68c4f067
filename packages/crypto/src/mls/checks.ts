/** What the caller decides: whose certificate is good, and who may change what. Nothing here has a default. */
import { equalBytes } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import { MlsRefused } from "./errors.ts";
import type { Member } from "./leaf.ts";

/** What a certificate says of its device. Callers may return more than this. */
export interface MemberInfo {
  /** The identity's id. Two leaves with equal bytes here are devices of one identity. */
  readonly identity: Bytes;
}

/** A device whose certificate was verified for this change. */
export interface CheckedMember<Info extends MemberInfo = MemberInfo> extends Member {
  readonly info: Info;
}

/** What a commit, a welcome or a rejoin wants to do, complete, before anything of it is done. */
export interface ProposedChange<Info extends MemberInfo = MemberInfo> {
  /**
   * `commit`: by a member. `external`: by someone who joins by an external commit (the sender is then
   * among `added`). `welcome`: one's own joining, `sender` being who made the welcome and `added` oneself.
   * `rejoin`: one's own external commit.
   */
  readonly kind: "commit" | "external" | "welcome" | "rejoin";
  readonly groupId: Bytes;
  /** The epoch that the change leads to. */
  readonly epochAfter: number;
  /** Who does it. After a commit with a path this is the new leaf (same device, maybe a new certificate). */
  readonly sender: CheckedMember<Info>;
  readonly added: readonly CheckedMember<Info>[];
  /** Not verified again: a device with a revoked certificate must be removable. */
  readonly removed: readonly Member[];
  /** The space's bytes in the group context now, and those that the change puts there (null: unchanged). */
  readonly contextExtension: Bytes;
  readonly newContextExtension: Bytes | null;
  /** All devices that will be members: given for `welcome` and `rejoin`. */
  readonly members?: readonly CheckedMember<Info>[];
}

/** The caller's two decisions. Either refuses by throwing; an MlsRefused passes as it is. */
export interface Checks<Info extends MemberInfo = MemberInfo> {
  /**
   * Verifies a device certificate: its chain, that it is not revoked, that its identity may be in this
   * group, and that it certifies exactly this signature key. Called for every new or changed leaf, for the
   * sender of a commit, and for the whole tree when joining.
   */
  readonly verifyCredential: (credential: Bytes, signatureKey: Bytes) => Info | Promise<Info>;
  /** Decides, from roster and roles, whether the sender may do this. */
  readonly authorise: (change: ProposedChange<Info>) => void | Promise<void>;
}

/** Verifies one device's certificate. @throws MlsRefused `bad_credential` */
export async function checkMember<Info extends MemberInfo>(
  member: Member,
  checks: Checks<Info>,
): Promise<CheckedMember<Info>> {
  try {
    return {
      ...member,
      info: await checks.verifyCredential(member.credential, member.signatureKey),
    };
  } catch (error) {
    throw error instanceof MlsRefused
      ? error
      : new MlsRefused("bad_credential", "bad_credential", error);
  }
}

/** Asks for permission. @throws MlsRefused `not_authorised` */
export async function checkAuthorised<Info extends MemberInfo>(
  change: ProposedChange<Info>,
  checks: Checks<Info>,
): Promise<void> {
  try {
    await checks.authorise(change);
  } catch (error) {
    throw error instanceof MlsRefused
      ? error
      : new MlsRefused("not_authorised", "not_authorised", error);
  }
}

/**
 * Verifies who replaces its own leaf: the certificate may be newer, the identity must be the same.
 * @throws MlsRefused `bad_credential`
 */
export async function checkReplacement<Info extends MemberInfo>(
  before: Member,
  after: Member,
  checks: Checks<Info>,
): Promise<CheckedMember<Info>> {
  const checked = await checkMember(after, checks);
  if (equalBytes(before.credential, after.credential)) return checked;
  const old = await checkMember(before, checks);
  if (!equalBytes(old.info.identity, checked.info.identity)) {
    throw new MlsRefused("bad_credential", "the leaf changed its identity");
  }
  return checked;
}

const CONCURRENT = 64;

/** Maps in order, some at a time: WebCrypto works in parallel, but not on 1,000 jobs' memory at once. */
export async function mapConcurrently<T, U>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<U>,
): Promise<U[]> {
  const results: U[] = [];
  for (let at = 0; at < items.length; at += CONCURRENT) {
    const part = items.slice(at, at + CONCURRENT);
    results.push(...(await Promise.all(part.map((item, i) => work(item, at + i)))));
  }
  return results;
}
