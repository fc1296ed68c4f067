/**
 * MLS (RFC 9420) as this project uses it: commits are PublicMessages (sealed by the caller), application
 * messages do not go through it, and nothing is accepted that the caller's checks have not seen.
 */
export type { CheckedMember, Checks, MemberInfo, ProposedChange } from "./checks.ts";
export { commit, createGroup } from "./commit.ts";
export type { CommitRequest, CommitResult } from "./commit.ts";
export { MLS_LIMITS, MlsRefused } from "./errors.ts";
export type { RefusalCode } from "./errors.ts";
export {
  confirmationTag,
  contextExtension,
  decodeGroup,
  encodeGroup,
  encodeTree,
  epoch,
  epochAuthenticator,
  exportSecret,
  groupId,
  ownLeaf,
  ownMember,
  roster,
  suiteName,
  takeVanishSecret,
} from "./group.ts";
export type { Group } from "./group.ts";
export { externalCommit, join, treeRoster } from "./join.ts";
export type { OwnKeyPackage } from "./join.ts";
export { createKeyPackage, readKeyPackage } from "./key-package.ts";
export type { KeyPackageRequest, KeyPackageView } from "./key-package.ts";
export type { Member } from "./leaf.ts";
export { processCommit } from "./process.ts";
export type { Change, ProcessOptions } from "./process.ts";
export type { SuiteName } from "./suites.ts";
export { groupInfo, isGroupInfoOf, welcomeFor } from "./welcome.ts";
