/** What stands for an account in rate limits: people behind one address do not use up each other's. */
import { toHex } from "@baraza/protocol";
import type { Account } from "../http/registry.ts";

export function accountKey({ accountId }: Pick<Account, "accountId">): string {
  return toHex(accountId);
}
