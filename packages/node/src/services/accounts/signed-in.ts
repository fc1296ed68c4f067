/** What every way of signing in ends with: a session, and the sealed vault that only the person can open. */
import type { Bytes, SignedIn } from "@baraza/protocol";
import { ProtocolError } from "@baraza/protocol";
import type { Store } from "../../store/port.ts";
import { newSession } from "./sessions.ts";

/** Opens a session. @throws ProtocolError `wrong_credentials` when there is no such account (any more). */
export async function openSession(
  store: Pick<Store, "accounts">,
  accountId: Bytes | null,
  now: number,
): Promise<SignedIn> {
  const account = accountId === null ? null : await store.accounts.account({ accountId });
  if (account === null) throw new ProtocolError("wrong_credentials");
  const { session, row } = newSession(now);
  await store.accounts.signIn({ accountId: account.accountId, session: row, now });
  const { vault, version } = await store.accounts.vault({ accountId: account.accountId });
  const { boxId, role, name, identity } = account;
  return { session, boxId, role, name, identity, vault, vaultVersion: version };
}
