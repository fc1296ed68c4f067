/** Errors of the engine that a person can do something about. The screen chooses the sentence by the code. */

export type EngineErrorCode =
  | "signed_out"
  | "signed_in"
  | "not_member"
  | "not_steward"
  | "may_not_write"
  | "no_space"
  | "invalid"
  | "link_invalid"
  | "link_expired"
  | "link_mismatch"
  | "blocked"
  | "already_member"
  | "offline"
  | "last_steward"
  | "too_weak"
  | "wrong_passphrase"
  | "wrong_way"
  | "words_wrong"
  | "words_needed"
  | "code_needed"
  | "changed_elsewhere"
  | "last_way"
  | "vault_closed"
  | "unverified"
  | "code_wrong"
  | "code_unknown"
  | "code_taken"
  | "code_mismatch"
  | "busy"
  | "archive_unknown"
  | "archive_newer"
  | "archive_damaged"
  | "archive_cut_off"
  | "archive_locked"
  | "disk_full"
  | "too_large"
  | "no_account"
  | "other_node"
  | "too_few"
  | "wrong_code"
  | "nothing_held"
  | "same_node"
  | "already_here"
  | "lock_wrong"
  | "lock_wait"
  | "lock_wiped"
  | "lock_none"
  | "blob_missing"
  | "blob_altered"
  | "file_changed"
  | "file_unreadable";

export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly code: EngineErrorCode;
  readonly data: Record<string, string | number | boolean>;
  constructor(
    code: EngineErrorCode,
    options: { data?: Record<string, string | number | boolean>; cause?: unknown } = {},
  ) {
    super(code, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.data = options.data ?? {};
  }
}
