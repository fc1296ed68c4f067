import { receiptSubject, verifyReceipt } from "@baraza/crypto/moving";
import { TransportError } from "@baraza/engine";
import { fromHex } from "@baraza/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { filesBelow } from "./capture.ts";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Person } from "./person.ts";
import { bringIn, spaceOf, untilText } from "./spaces.ts";

let net: Network;
let bruno: Person;

beforeAll(async () => {
  net = await network({ nodes: 2 });
  bruno = await net.person({ node: 1, name: "bruno", displayName: "Bruno" });
});
afterAll(() => net.close());

/** Where in the node's files one of these stands; as text, bytes and base64url. */
async function traces(needles: Record<string, Uint8Array>): Promise<string[]> {
  const found: string[] = [];
  for (const { name, bytes } of await filesBelow(net.node(0).dataDir))
    for (const [what, needle] of Object.entries(needles))
      for (const form of [
        Buffer.from(needle),
        Buffer.from(Buffer.from(needle).toString("hex")),
        Buffer.from(Buffer.from(needle).toString("base64url")),
      ])
        if (bytes.includes(form)) found.push(`${what} in ${name}`);
  return found;
}

test("closing deletes everything of an account from the node's files, and the node signs that it did", async () => {
  const name = "amina.kestrelwing";
  const amina = await net.person({ node: 0, name, displayName: "Amina" });
  const witness = await net.person({ node: 0, name: "witness", displayName: "Witness" });
  const shared = await spaceOf(amina, [bruno, witness], { title: "Led by one" });
  const alone = await spaceOf(amina, [], { title: "Notes" });
  const theirs = await spaceOf(bruno, [amina], { title: "Of others" });
  await amina.commands["chat.send"]({ spaceId: shared, text: "take care of it" });
  await amina.commands["chat.send"]({ spaceId: alone, text: "mine" });
  await untilText(bruno, shared, "take care of it");
  await untilText(witness, shared, "take care of it");
  await untilText(amina, alone, "mine");
  await amina.commands["space.invite"]({ spaceId: shared, days: 3 });
  const laptop = await amina.secondDevice();
  await laptop.until("spaces", {}, (spaces) => spaces.length === 3);
  const { store } = net.node(0).running();
  const row = await store.accounts.find({ name });
  if (row === null) throw new Error("no account");
  const { vault } = await store.accounts.vault({ accountId: row.accountId });
  const needles = {
    name: new TextEncoder().encode(name),
    identity: row.identityId,
    account: row.accountId,
    box: row.boxId,
    boxKey: row.boxKey.slice(-64),
    // Every 500 bytes of it, so that no page of it is missed.
    ...Object.fromEntries(
      Array.from({ length: Math.floor(vault.length / 500) }, (_, i) => [
        `vault ${i}`,
        vault.slice(i * 500, i * 500 + 32),
      ]),
    ),
  };
  expect((await traces(needles)).length).toBeGreaterThan(4);

  const plan = await amina.commands["account.closingPlan"]({});
  expect(plan.spaces.map((one) => [one.title, one.fate])).toEqual([
    ["Led by one", "handOver"],
    ["Notes", "deleted"],
    ["Of others", "left"],
  ]);
  await expect(amina.commands["account.close"]({ successors: {} })).rejects.toMatchObject({
    code: "last_steward",
    data: { spaceId: shared },
  });
  expect(await store.accounts.find({ name })).not.toBeNull();
  const receipt = await amina.commands["account.close"]({
    successors: { [shared]: bruno.identityId },
  });
  expect(receipt).toMatchObject({ address: amina.address, node: net.node(0).name, untold: [] });
  expect(receipt.deleted.map((one) => one.what)).toEqual(
    expect.arrayContaining(["account", "vault", "devices", "boxes", "ways"]),
  );
  const { proof } = receipt;
  const nodeKey = new Uint8Array(net.node(0).running().nodeKey);
  expect(fromHex(proof.nodeKey)).toEqual(nodeKey);
  const subject = receiptSubject(fromHex(proof.identityId), fromHex(proof.nonce));
  expect((await verifyReceipt(fromHex(proof.receipt), nodeKey, subject)).time).toBe(receipt.at);
  await expect(
    verifyReceipt(
      fromHex(proof.receipt),
      nodeKey,
      receiptSubject(fromHex(bruno.identityId), fromHex(proof.nonce)),
    ),
  ).rejects.toMatchObject({ code: "bad_signature" });

  // As the files lie while the node runs, and after it was stopped.
  expect(await traces(needles)).toEqual([]);
  await net.node(0).restart();
  expect(await traces(needles)).toEqual([]);

  // The others go on without her, and somebody leads.
  await bruno.until("space", { spaceId: shared }, (space) => space?.myRole === "steward");
  await bruno.until("people", { spaceId: shared }, (people) => people.length === 2);
  await bruno.until("people", { spaceId: theirs }, (people) => people.length === 1);
  await bruno.commands["chat.send"]({ spaceId: shared, text: "goes on" });
  await untilText(witness, shared, "goes on");

  // The other device is told; the first keeps the receipt until it is told to forget.
  await laptop.until("status", {}, (status) => status.sessionEnded);
  expect((await amina.commands["account.closingPlan"]({})).receipt).toEqual(receipt);
  await amina.restart();
  expect((await amina.commands["account.closingPlan"]({})).receipt).toEqual(receipt);
  await amina.commands["account.forgetClosed"]({});
  expect(await amina.now("account", {})).toBeNull();
  expect(await amina.now("spaces", {})).toEqual([]);
  expect(amina.faults).toEqual([]);
}, 120_000);

test("nobody else gets the name for a long time; who had it may come back", async () => {
  const first = await net.person({ node: 0, name: "taken", displayName: "First" });
  await first.commands["account.close"]({ successors: {} });
  await expect(net.person({ node: 0, name: "taken", displayName: "Second" })).rejects.toMatchObject(
    { code: "name_taken" },
  );
});

test("an answer that was lost is asked for again: one account, one receipt", async () => {
  const dina = await net.person({ node: 0, name: "dina", displayName: "Dina" });
  dina.line.between(async (path, _body, pass) => {
    const answer = await pass();
    if (!path.endsWith("accounts.close")) return answer;
    throw new TransportError("offline");
  });
  await expect(dina.commands["account.close"]({ successors: {} })).rejects.toMatchObject({
    code: "unavailable",
  });
  dina.line.between(null);
  await dina.restart();
  const receipt = await dina.commands["account.close"]({ successors: {} });
  expect(receipt.deleted.length).toBeGreaterThan(0);
  expect(await dina.commands["account.close"]({ successors: {} })).toEqual(receipt);
});

test("without the node nothing is begun, and nothing is lost", async () => {
  const elif = await net.person({ node: 0, name: "elif", displayName: "Elif" });
  const spaceId = await spaceOf(elif, []);
  await bringIn(elif, bruno, spaceId);
  elif.line.cut();
  await expect(
    elif.commands["account.close"]({ successors: { [spaceId]: bruno.identityId } }),
  ).rejects.toMatchObject({ code: "unavailable" });
  elif.line.mend();
  await elif.commands["sync.now"]({});
  await elif.commands["chat.send"]({ spaceId, text: "still here" });
  await untilText(bruno, spaceId, "still here");
  expect((await elif.now("space", { spaceId }))?.myRole).toBe("steward");
});
