/** The one error of this folder, and the limits that keep hostile input small. */
import { LIMITS } from "@baraza/protocol";

/** Why something was refused. The state that was given stays valid after every one of them. */
export type RefusalCode =
  /** Not decodable, wrongly signed, or otherwise not a valid message of this group. */
  | "bad_message"
  | "too_large"
  /** A message of another group. */
  | "wrong_group"
  /** A commit to an epoch that is already past (a replay, or the loser of a race). */
  | "stale_epoch"
  /** A commit to an epoch that this state has not reached. */
  | "future_epoch"
  | "wrong_suite"
  /** A handshake as MLS PrivateMessage: only PublicMessages are used here. */
  | "private_message"
  /** An update, ReInit, PSK, custom or unknown proposal, or any proposal by reference. */
  | "forbidden_proposal"
  /** An external commit that is more than ExternalInit and a removal of the same identity's leaf. */
  | "external_commit"
  /** A commit that needs an update path (RFC 9420, 12.4) and has none. */
  | "no_path"
  /** Path secrets or keys that do not fit: this member is stuck; others may not be. */
  | "bad_path"
  /** A tree whose structure, parent hashes or tree hash are wrong. */
  | "bad_tree"
  | "bad_credential"
  | "not_authorised"
  | "duplicate_seat"
  | "duplicate_key"
  | "expired_key_package"
  | "no_such_member"
  /** A welcome without secrets for this key package. */
  | "not_for_us"
  /** Stored bytes that are not a state of this version. */
  | "bad_state";

/** A refusal that a caller can act on. `cause` holds what the check or the library threw. */
export class MlsRefused extends Error {
  override readonly name = "MlsRefused";
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string = code, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** Maximum sizes (bytes) and counts of what is read here. */
export const MLS_LIMITS = {
  messageBytes: LIMITS.commitBodyBytes,
  keyPackageBytes: LIMITS.keyPackageBytes,
  treeBytes: 8 * 1024 * 1024,
  stateBytes: 12 * 1024 * 1024,
  credentialBytes: 8 * 1024,
  contextExtensionBytes: 256 * 1024,
  groupIdBytes: 64,
  /** Proposals in one commit. */
  proposals: 2048,
  /** Devices in one group. */
  devices: LIMITS.seats,
} as const;

/** Throws `too_large` when there are more than `limit` bytes. */
export function limitSize(bytes: Uint8Array, limit: number, what: string): void {
  if (bytes.length > limit) throw new MlsRefused("too_large", `${what} is too large`);
}

/**
 * Runs `work`, turning whatever the library or a decoder throws at hostile input into a refusal.
 * Refusals pass unchanged.
 */
export async function refusing<T>(code: RefusalCode, work: () => Promise<T> | T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof MlsRefused ? error : new MlsRefused(code, code, error);
  }
}

/** The same for work that is not asynchronous. */
export function refusingSync<T>(code: RefusalCode, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof MlsRefused ? error : new MlsRefused(code, code, error);
  }
}
