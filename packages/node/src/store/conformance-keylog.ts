/** What every store must show of the key log. */
import {
  leafHash,
  verifyConsistency,
  verifyInclusion,
  verifyPlace,
} from "@baraza/crypto/keylog-trees";
import type { Bytes, KeyLogLeaf } from "@baraza/protocol";
import { decodeCbor, encodeCbor, equalBytes } from "@baraza/protocol";
import { expect, test } from "vitest";
import { randomBytes, sha256 } from "../crypto-fast.ts";
import { newAccount } from "./conformance-accounts.ts";
import type { KeyLogFound } from "./port-keylog.ts";
import type { Store } from "./port.ts";

const NOW = 1_800_000_000_000;
const SINCE_NONE = { since: null };
/** A sealed vault as far as the log looks into it. */
const vaultWith = (ways: string[]): Bytes =>
  encodeCbor({ v: 1, wraps: ways, body: randomBytes(50) });

/** Called from the kit; `current` is the store of the test that runs. */
export function testKeyLog(current: () => Store): void {
  const enrol = async (name: string, more = {}) => {
    const made = newAccount(name, { vault: vaultWith(["a"]), ...more });
    await current().accounts.register(made);
    return made;
  };
  const own = (accountId: Bytes, after = 0) =>
    current().keylog.own({ accountId, after, limit: 100, since: null });

  test("the key log gets a leaf with each change of keys, devices and ways in, and none otherwise", async () => {
    const { accounts } = current();
    const { account, session } = await enrol("amina");
    const { accountId } = account;
    const count = async () => (await own(accountId)).leaves.length;
    expect(await count()).toBe(1);
    const device = { deviceId: randomBytes(32), cert: randomBytes(50) };
    const adding = { accountId, sessionId: session.sessionId, device, now: NOW };
    await accounts.addDevice(adding);
    expect(await count()).toBe(2);
    await accounts.addDevice(adding);
    expect(await count()).toBe(2);
    // A vault with the same ways in says nothing; another way does.
    await accounts.putVault({ accountId, vault: vaultWith(["a"]), version: 2 });
    expect(await count()).toBe(2);
    await accounts.putVault({ accountId, vault: vaultWith(["a", "b"]), version: 3 });
    expect(await count()).toBe(3);
    const key = { accountId, boxKey: randomBytes(9), identity: randomBytes(60) };
    const { identity: first } = account;
    await accounts.setBoxKey({ ...key, former: first, seq: 2, identitySeq: 1 });
    expect(await count()).toBe(4);
    const { identity: former } = key;
    await accounts.setBoxKey({ ...key, former, boxKey: randomBytes(9), seq: 3, identitySeq: 1 });
    const { leaves, more } = await own(accountId);
    expect(leaves.map(({ content }) => content.vaultVersion)).toEqual([1, 1, 3, 3]);
    expect(leaves.map(({ content }) => content.devices.length)).toEqual([1, 2, 2, 2]);
    expect(leaves.at(-1)?.content.record).toEqual(sha256(key.identity));
    expect(more).toBe(false);
    await current().devices.remove({
      accountId,
      deviceId: device.deviceId,
      roll: randomBytes(9),
      former,
      identity: randomBytes(61),
      identitySeq: 2,
      boxKey: randomBytes(9),
      boxKeySeq: 4,
      vault: vaultWith(["a", "b"]),
      version: 4,
    });
    const last = (await own(accountId, 4)).leaves;
    expect(last.map(({ content }) => content.devices.length)).toEqual([1]);
    const chain = leaves.map(({ leaf }) => decodeCbor(leaf) as KeyLogLeaf);
    expect(chain.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(chain.map(({ prev }) => prev)).toEqual([
      undefined,
      ...leaves.slice(0, 3).map(({ at }) => at),
    ]);
    expect((await own(accountId, 3)).leaves).toHaveLength(2);
  });

  test("every account's newest leaf is proven in the log and in the index, whatever came after it", async () => {
    const { keylog } = current();
    const names = Array.from({ length: 30 }, (_, i) => `person${i}`);
    const states = [];
    for (const name of names) {
      await enrol(name);
      states.push(await keylog.state(null));
    }
    const state = await keylog.state(null);
    expect(state.size).toBe(names.length);
    for (const name of names) {
      const found = await keylog.lookup({ name, ...SINCE_NONE });
      expect(found.state).toEqual(state);
      expect(proves(found)).toBe(true);
      found.latest.at = (found.latest.at + 1) % state.size;
      expect(proves(found)).toBe(false);
    }
    for (const { size, root } of states) {
      const path = hashesOf(await keylog.consistency({ from: size, to: state.size }));
      const heads = { from: size, to: state.size, first: root, second: state.root };
      expect(verifyConsistency(sha256, { ...heads, path })).toBe(true);
    }
    expect(await keylog.leaves({ start: 28, count: 100 })).toHaveLength(2);
    await expect(keylog.consistency({ from: 1, to: 31 })).rejects.toMatchObject({
      code: "malformed",
    });
    await expect(keylog.lookup({ name: "nobody", ...SINCE_NONE })).rejects.toMatchObject({
      code: "not_found",
    });
  });

  test("an account without a place is entered later, once", async () => {
    const { keylog } = current();
    const { account } = await enrol("late", { place: null });
    const { accountId } = account;
    expect((await keylog.state(null)).size).toBe(0);
    expect(await keylog.withoutPlace({ limit: 9 })).toEqual([{ accountId, name: "late" }]);
    const enter = () =>
      keylog.enter({
        accountId,
        place: { place: randomBytes(32), proof: randomBytes(80) },
        now: NOW,
      });
    await Promise.all([enter(), enter()]);
    expect(await keylog.withoutPlace({ limit: 9 })).toEqual([]);
    expect((await keylog.state(null)).size).toBe(1);
    expect(proves(await keylog.lookup({ identityId: account.identityId, ...SINCE_NONE }))).toBe(
      true,
    );
  });

  test("a deleted account leaves nothing that opens its leaves, and who takes the name later goes on in its chain", async () => {
    const { keylog, moving } = current();
    const place = { place: randomBytes(32), proof: randomBytes(80) };
    const { account } = await enrol("gone", { place });
    const { identityId, identity: former, name } = account;
    await moving.close({
      identityId,
      former,
      name,
      subject: randomBytes(32),
      rests: { name: randomBytes(32), owner: randomBytes(32), until: NOW },
      now: NOW,
      keepReceiptUntil: NOW,
    });
    expect((await keylog.state(null)).size).toBe(2);
    await expect(keylog.lookup({ name, ...SINCE_NONE })).rejects.toMatchObject({
      code: "not_found",
    });
    const next = await enrol("gone", { place });
    const { before, leaves, found } = await own(next.account.accountId);
    expect(leaves.map(({ leaf }) => (decodeCbor(leaf) as KeyLogLeaf).seq)).toEqual([3]);
    expect(before).toMatchObject({ at: 1, content: { identityId: null, record: null } });
    expect(proves(found)).toBe(true);
    expect((await own(next.account.accountId, 3)).before).toBeNull();
  });

  test("of another node the newest head is kept, and a few proofs that it lied", async () => {
    const { keylog } = current();
    const head = (size: number) => ({ node: "b.localhost:1", size, head: randomBytes(20) });
    const newer = head(7);
    for (const one of [head(5), newer, head(6)]) await keylog.keepHead(one);
    await keylog.keepHead({ ...head(1), node: "c.localhost:1" });
    expect((await keylog.heads({ nodes: [], limit: 9 })).map(({ node }) => node)).toEqual([
      "b.localhost:1",
      "c.localhost:1",
    ]);
    expect(await keylog.heads({ nodes: ["b.localhost:1"], limit: 1 })).toEqual([newer]);
    const proof = { node: "b.localhost:1", first: randomBytes(9), second: randomBytes(9) };
    for (const one of [
      proof,
      proof,
      { ...proof, first: randomBytes(9) },
      { ...proof, first: randomBytes(9) },
    ])
      await keylog.keepProof({ ...one, max: 2 });
    expect(await keylog.proofs(null)).toHaveLength(2);
  });
}

function proves({ state, latest, inIndex }: KeyLogFound): boolean {
  const leaf = leafHash(sha256, latest.leaf);
  const { place } = decodeCbor(latest.leaf) as KeyLogLeaf;
  const entry = { place, at: latest.at, leaf };
  return (
    verifyPlace(sha256, { entry, path: hashesOf(inIndex), root: state.index }) &&
    verifyInclusion(sha256, {
      leaf,
      at: latest.at,
      size: state.size,
      path: hashesOf(latest.path),
      root: state.root,
    }) &&
    equalBytes(entry.leaf, leaf)
  );
}

function hashesOf(bytes: Bytes): Bytes[] {
  return Array.from({ length: bytes.length / 32 }, (_, i) => bytes.slice(i * 32, i * 32 + 32));
}
