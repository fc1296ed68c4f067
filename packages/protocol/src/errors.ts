/**
 * The errors that cross a boundary: a code, an HTTP status, and what the caller can do about it.
 * A message for people is never sent: the screen chooses its sentence by the code, in the reader's language.
 */

/** What a caller can do: `fix` the request, `retry` later as it is, `refetch` and rebuild, `signin` again, or `stop`. */
export type Remedy = "fix" | "retry" | "refetch" | "signin" | "stop";

/** Every code with its HTTP status and remedy. A code is never reused for another meaning. */
export const ERRORS = {
  malformed: [400, "fix"],
  unsupported_version: [400, "stop"],
  unsupported_field: [400, "stop"],
  too_large: [413, "fix"],
  not_found: [404, "stop"],
  unknown_route: [404, "stop"],
  unauthenticated: [401, "signin"],
  wrong_credentials: [401, "fix"],
  forbidden: [403, "stop"],
  bad_signature: [403, "refetch"],
  rate_limited: [429, "retry"],
  busy: [503, "retry"],
  unavailable: [503, "retry"],
  timeout: [504, "retry"],
  internal: [500, "retry"],
  // accounts
  name_taken: [409, "fix"],
  name_invalid: [400, "fix"],
  invitation_needed: [403, "fix"],
  invitation_invalid: [403, "fix"],
  setup_link_invalid: [403, "fix"],
  vault_conflict: [409, "refetch"],
  suspended: [403, "stop"],
  moved: [410, "refetch"],
  // devices
  pair_taken: [409, "stop"],
  device_removed: [403, "stop"],
  last_way: [409, "stop"],
  account_closed: [403, "stop"],
  last_administrator: [409, "fix"],
  // boxes
  address_invalid: [404, "stop"],
  address_expired: [410, "refetch"],
  box_full: [507, "retry"],
  // first letters
  /** `whose`: account, node, person. More go tomorrow. */
  letters_limited: [429, "retry"],
  node_blocked: [403, "stop"],
  // logs
  log_exists: [409, "stop"],
  log_not_found: [404, "stop"],
  stale_epoch: [409, "refetch"],
  stale_generation: [409, "refetch"],
  append_conflict: [409, "stop"],
  seat_unknown: [403, "stop"],
  seat_removed: [403, "stop"],
  seat_conflict: [409, "fix"],
  void_refused: [409, "stop"],
  not_steward: [403, "stop"],
  steward_majority: [403, "fix"],
  decision_expired: [409, "stop"],
  log_deleted: [410, "stop"],
  log_moved: [410, "refetch"],
  session_expired: [401, "refetch"],
  token_spent: [403, "fix"],
  quota_exceeded: [507, "fix"],
  // blobs
  blob_incomplete: [409, "retry"],
  blob_conflict: [409, "stop"],
  // links for people outside
  /** `why`: expired, used_up, locked (too many wrong passphrases), gone (a file was deleted). */
  handout_ended: [410, "stop"],
  // relay and gateway
  target_refused: [403, "stop"],
  target_unreachable: [502, "retry"],
  gateway_key_unknown: [422, "refetch"],
  replayed: [409, "stop"],
} as const satisfies Record<string, readonly [status: number, remedy: Remedy]>;

export type ErrorCode = keyof typeof ERRORS;

/** True for a code that this version knows. */
export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === "string" && Object.hasOwn(ERRORS, code);
}

/** The HTTP status that goes with a code. */
export function statusOf(code: ErrorCode): number {
  return ERRORS[code][0];
}

/** What the caller can do about a code. */
export function remedyOf(code: ErrorCode): Remedy {
  return ERRORS[code][1];
}

/** Small facts that help the caller: which field, which epoch is current, how many seconds to wait. Never content. */
export type ErrorData = Record<string, string | number | boolean>;

/** An error with a code from {@link ERRORS}. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  readonly code: ErrorCode;
  readonly data: ErrorData;
  constructor(code: ErrorCode, options: { data?: ErrorData; cause?: unknown } = {}) {
    super(code, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.data = options.data ?? {};
  }
}
