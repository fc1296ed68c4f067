/** The one error of this package: a code, and never a reason that would help whoever made the bytes. */

export type CryptoErrorCode =
  /** A key that does not fit, or bytes that were changed. Which of them is not told apart. */
  | "open_failed"
  /** An argument of the wrong shape or size: a bug of the caller, or bytes of a stranger. */
  | "bad_input"
  | "bad_signature"
  | "bad_identity"
  | "bad_certificate"
  | "bad_box_key"
  | "bad_letter"
  /** A letter to a box key whose private half is not (or no longer) here. */
  | "no_key"
  | "bad_card"
  | "bad_node_record"
  /** A node that shows another key than the one pinned at first contact. */
  | "key_changed"
  | "expired"
  | "bad_token"
  | "bad_gateway_key"
  | "bad_http"
  | "bad_vault"
  | "bad_share"
  /** Fewer shares of one set than it takes. */
  | "few_shares"
  | "bad_key_log"
  | "bad_stream"
  /** A pairing whose other side is not who it said first, or whose code says otherwise. */
  | "bad_pairing"
  /** Not an archive, or damaged in its header. */
  | "bad_archive"
  /** An archive of a later version. */
  | "newer_archive"
  | "bad_passkey"
  | "wrong_passphrase";

/** A refusal by this package. `cause` is for the developer's console only and is never sent on. */
export class CryptoError extends Error {
  override readonly name = "CryptoError";
  readonly code: CryptoErrorCode;
  constructor(code: CryptoErrorCode, cause?: unknown) {
    super(code, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** What `work` gives; whatever it throws that is no {@link CryptoError} becomes one of this code. */
export function failing<T>(code: "bad_input" | "wrong_passphrase", work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw cause instanceof CryptoError ? cause : new CryptoError(code, cause);
  }
}
