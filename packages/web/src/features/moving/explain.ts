import { failureText } from "../../app/failure.ts";
import type { Failure } from "../../app/model.ts";
import { t } from "../../i18n/index.ts";

/** What went wrong: the failure that every screen knows, and the engine's own code. */
export interface Trouble {
  failure: Failure;
  code?: string | undefined;
}

const SENTENCES = {
  archive_unknown: "moving.wrong.unknown",
  archive_newer: "moving.wrong.newer",
  archive_damaged: "moving.wrong.damaged",
  archive_cut_off: "moving.wrong.cutOff",
  archive_locked: "moving.wrong.locked",
  disk_full: "moving.wrong.diskFull",
  store_full: "moving.wrong.diskFull",
  same_node: "moving.wrong.sameNode",
  already_here: "moving.wrong.alreadyHere",
  invalid: "moving.wrong.node",
  forbidden: "moving.wrong.alreadyHere",
} as const;

/** The sentence for it. */
export function explain({ failure, code }: Trouble): string {
  if (code !== undefined && Object.hasOwn(SENTENCES, code))
    return t(SENTENCES[code as keyof typeof SENTENCES]);
  return failureText(failure);
}
