import { t } from "../i18n/index.ts";
import type { Failure } from "./model.ts";

/** What happened, what was kept and what to do now. */
export function failureText(failure: Failure): string {
  return t(`failure.${failure}`);
}

const byCode: Record<string, Failure> = {
  offline: "offline",
  timeout: "offline",
  unavailable: "offline",
  rpc_timeout: "offline",
  target_unreachable: "unreachable",
  name_taken: "nameTaken",
  name_invalid: "nameInvalid",
  wrong_credentials: "wrongSignIn",
  wrong_passphrase: "wrongSignIn",
  words_wrong: "wordsWrong",
  wrong_way: "wrongWay",
  code_needed: "codeNeeded",
  changed_elsewhere: "changedElsewhere",
  last_way: "lastWay",
  invitation_needed: "notOpen",
  invitation_invalid: "linkUsed",
  setup_link_invalid: "linkUsed",
  link_invalid: "linkBroken",
  link_mismatch: "linkBroken",
  unverified: "linkBroken",
  blocked: "blocked",
  signed_out: "signedOut",
  link_expired: "linkExpired",
  rate_limited: "tooMany",
  busy: "tooMany",
  quota_exceeded: "full",
  box_full: "full",
  disk_full: "deviceFull",
  store_full: "deviceFull",
  // Browsers tell a full disk as a write that failed.
  store_io: "deviceFull",
  last_steward: "lastSteward",
  not_steward: "mayNot",
  may_not_write: "mayNot",
  too_weak: "tooWeak",
  suspended: "suspended",
  no_account: "noAccount",
  wrong_code: "wrongCode",
  nothing_held: "nothingHeld",
  code_wrong: "codeWrong",
  code_unknown: "codeUnknown",
  code_taken: "codeTaken",
  code_mismatch: "codeMismatch",
  account_closed: "accountClosed",
  last_administrator: "lastAdministrator",
};

/** The sentence's name for an error of the engine or the node; `unexpected` for one without a known code. */
export function failureOf(error: unknown): Failure {
  const code = codeOf(error);
  return (code === undefined ? undefined : byCode[code]) ?? "unexpected";
}

/** The code of an error of the engine or the node. */
export function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}
