/** What every store must show of ways into an account. */
import { LIMITS } from "@baraza/protocol";
import { expect, test } from "vitest";
import { randomBytes } from "../crypto-fast.ts";
import { newAccount } from "./conformance-accounts.ts";
import type { Store } from "./port.ts";

const wayOf = (way = "words") => ({ id: randomBytes(16), way, signKey: randomBytes(32) });
const vaultOf = (version: number) => ({ vault: randomBytes(20), version });

/** Called from the kit; `current` is the store of the test that runs. */
export function testWays(current: () => Store): void {
  test("a way and the vault that lists it change together, or neither does", async () => {
    const { accounts, ways } = current();
    const made = newAccount("amina");
    const { accountId } = made.account;
    await accounts.register(made);
    const way = wayOf();
    const put = (version: number, replaces: Uint8Array<ArrayBuffer>[] = [], added = way) =>
      ways.put({ accountId, way: added, replaces, ...vaultOf(version), max: LIMITS.ways });
    await expect(put(3)).rejects.toMatchObject({ code: "vault_conflict" });
    expect(await ways.list({ accountId })).toEqual(made.ways);
    await put(2);
    expect(await ways.byKey({ signKey: way.signKey })).toEqual({ accountId });
    // The key is somebody's already: the vault stays as well.
    await expect(put(3, [], { ...wayOf(), signKey: way.signKey })).rejects.toMatchObject({
      code: "forbidden",
    });
    expect((await accounts.vault({ accountId })).version).toBe(2);
    const next = wayOf();
    await put(3, [way.id], next);
    expect(await ways.list({ accountId })).toEqual([...made.ways, next]);
    expect(await ways.byKey({ signKey: way.signKey })).toBeNull();
  });

  test("of several that change the ways at once one wins", async () => {
    const { accounts, ways } = current();
    const made = newAccount("bruno");
    const { accountId } = made.account;
    await accounts.register(made);
    const results = await Promise.allSettled(
      Array.from({ length: 6 }, () =>
        ways.put({ accountId, way: wayOf(), replaces: [], ...vaultOf(2), max: LIMITS.ways }),
      ),
    );
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await ways.list({ accountId })).toHaveLength(2);
  });

  test("the last way to sign in by cannot go; a passphrase that goes takes its record along", async () => {
    const { accounts, ways } = current();
    const made = newAccount("carla");
    const { accountId, name } = made.account;
    await accounts.register(made);
    const id = made.ways[0]?.id ?? randomBytes(16);
    const remove = (version: number) => ways.remove({ accountId, id, ...vaultOf(version) });
    await expect(remove(2)).rejects.toMatchObject({ code: "last_way" });
    const put = (way: ReturnType<typeof wayOf>, version: number, max: number) =>
      ways.put({ accountId, way, replaces: [], ...vaultOf(version), max });
    await expect(put(wayOf(), 2, 1)).rejects.toMatchObject({ code: "quota_exceeded" });
    await put(wayOf(), 2, 2);
    expect((await accounts.credentials({ name }))?.record).toBe("record");
    await remove(3);
    expect((await accounts.credentials({ name }))?.record).toBeNull();
  });

  test("a new passphrase takes the place of the former one, of either kind", async () => {
    const { accounts, ways } = current();
    const made = newAccount("dora");
    const { accountId, name } = made.account;
    await accounts.register(made);
    const { sessionId } = made.session;
    const way = { id: randomBytes(16), way: "passphrase+secret" };
    const change = { accountId, sessionId, record: "new", way, ...vaultOf(2) };
    await accounts.changePassphrase(change);
    await accounts.changePassphrase(change);
    expect(await ways.list({ accountId })).toEqual([way]);
    expect((await accounts.credentials({ name }))?.record).toBe("new");
  });
}
