import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { blindToken, finalizeTokens, verifyNodeRecord } from "@baraza/crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomBytes, sha256 } from "../../crypto-fast.ts";
import { testLog } from "../logs/log.testing.ts";
import type { Person, TestNode } from "../node.testing.ts";
import { bootNode, enrol, refuses, registrationOf, setupCodeOf } from "../node.testing.ts";

let node: TestNode;
let boss: Person;
beforeAll(async () => {
  node = await bootNode({ config: { registration: "invitation" } });
});
afterAll(() => node.close());

const DAY = 24 * 60 * 60_000;

test("before there is an administrator, only the setup link opens an account, once, and makes one", async () => {
  await refuses(enrol(node, "early"), "invitation_needed");
  await refuses(enrol(node, "early", { invitation: randomBytes(16) }), "invitation_invalid");
  const old = await setupCodeOf(node);
  const code = await setupCodeOf(node);
  const file = join(node.dataDir, "setup-link");
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readFile(file, "utf8")).toContain("/setup#");
  await refuses(enrol(node, "early", { invitation: old }), "invitation_invalid");
  boss = await enrol(node, "boss", { invitation: code });
  expect(boss.role).toBe("administrator");
  await refuses(enrol(node, "second", { invitation: code }), "invitation_invalid");
  expect(await node.node.setupLink()).toBeNull();
  await expect(stat(file)).rejects.toThrow("ENOENT");
  expect((await node.call("accounts.policy", {})).setup).toBe(false);
});

test("the setup link is good for an hour", async () => {
  const slow = await bootNode({ config: { registration: "open" } });
  try {
    const code = await setupCodeOf(slow);
    const member = await enrol(slow, "member");
    slow.clock.ahead += 61 * 60_000;
    await refuses(slow.call("admin.claim", { setup: code }, member.session), "setup_link_invalid");
    const fresh = await setupCodeOf(slow);
    await refuses(
      slow.call("admin.claim", { setup: randomBytes(16) }, member.session),
      "setup_link_invalid",
    );
    const { role } = await slow.call("admin.claim", { setup: fresh }, member.session);
    expect(role).toBe("administrator");
    // At once, though the session was looked up before.
    await slow.call("admin.status", {}, member.session);
  } finally {
    await slow.close();
  }
});

test("one invitation with one use, two who register with it: one wins", async () => {
  const { invitation } = await invite(boss, { uses: 1 });
  const guests = await Promise.all(
    ["left", "right"].map((name) => registrationOf(name, { node: node.name, invitation })),
  );
  const results = await Promise.allSettled(
    guests.map(({ request }) => node.call("accounts.registerFinish", request)),
  );
  expect(results.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  const loser = results.find((result) => result.status === "rejected");
  expect(loser?.reason).toMatchObject({ code: "invitation_invalid" });
  expect(await open(boss)).toEqual([]);
});

test("an invitation has uses and an end, can be seen by its maker, and revoked", async () => {
  const { invitation } = await invite(boss, { uses: 3 });
  await enrol(node, "one", { invitation });
  expect((await open(boss)).map(({ usesLeft }) => usesLeft)).toEqual([2]);
  expect((await open(boss))[0]?.invitation).toEqual(invitation);
  await node.call("invitations.revoke", { ids: [sha256(invitation)] }, boss.session);
  await refuses(enrol(node, "two", { invitation }), "invitation_invalid");
  await node.call("invitations.revoke", { ids: [sha256(invitation)] }, boss.session);

  const brief = await invite(boss, { expires: node.now() + 1000 });
  node.clock.ahead += 2000;
  await refuses(enrol(node, "three", brief), "invitation_invalid");
  await refuses(invite(boss, { expires: node.now() - 1 }), "malformed");
  await refuses(invite(boss, { uses: 0 }), "malformed");
});

test("a failed registration does not use an invitation up", async () => {
  const { invitation } = await invite(boss, { uses: 1 });
  await refuses(enrol(node, "boss", { invitation }), "name_taken");
  await refuses(enrol(node, "four", { invitation, boxKey: randomBytes(9) }), "malformed");
  await enrol(node, "four", { invitation });
});

test("members invite within a quota, see their own, and stop when the administrator says so", async () => {
  const member = await enrol(node, "inviter", await invite(boss, {}));
  expect((await node.call("accounts.me", {}, member.session)).mayInvite).toBe(true);
  const mine = await invite(member, { uses: 20 });
  await refuses(invite(member, { uses: 1 }), "quota_exceeded");
  await refuses(invite(member, { expires: node.now() + 100 * DAY }), "malformed");
  expect(await open(member)).toHaveLength(1);
  const bosses = await invite(boss, {});
  await node.call("invitations.revoke", { ids: [sha256(bosses.invitation)] }, member.session);
  expect(await open(boss)).toHaveLength(1);
  await node.call("invitations.revoke", { ids: [sha256(mine.invitation)] }, boss.session);
  expect(await open(member)).toEqual([]);

  const settings = await node.call("admin.settings", { membersInvite: false }, boss.session);
  expect(settings).toMatchObject({ registration: "invitation", membersInvite: false });
  await refuses(invite(member, { uses: 1 }), "forbidden");
  expect((await node.call("accounts.me", {}, member.session)).mayInvite).toBe(false);
  await refuses(node.call("admin.settings", { registration: "open" }, member.session), "forbidden");
  await refuses(node.call("admin.status", {}, member.session), "forbidden");
  await refuses(node.call("admin.settings", {}), "unauthenticated");
});

test("the administrator opens registration, and sees numbers", async () => {
  await refuses(enrol(node, "walk-in"), "invitation_needed");
  await node.call("admin.settings", { registration: "open" }, boss.session);
  await enrol(node, "walk-in");
  const status = await node.call("admin.status", {}, boss.session);
  expect(status.accounts).toBeGreaterThan(4);
  expect(status.databaseBytes).toBeGreaterThan(10_000);
});

test("blind tokens are proved to be of the record's key, open a log once, and have a daily allowance", async () => {
  const { body } = await node.client.send("/.well-known/baraza");
  const { tokenKey } = await verifyNodeRecord(body);
  const pending = Array.from({ length: 16 }, () => blindToken());
  const request = { blinded: pending.map(({ blinded }) => blinded) };
  const answer = await node.call("tokens.issue", request, boss.session);
  const [token] = finalizeTokens(pending, answer, tokenKey);
  if (token === undefined) throw new Error("no token");

  const forged = { input: token.input, output: randomBytes(64) };
  await refuses(
    node.call("logs.create", { genesis: testLog(node.name).genesis, token: forged }),
    "token_spent",
  );
  await node.call("logs.create", { genesis: testLog(node.name).genesis, token });
  await refuses(
    node.call("logs.create", { genesis: testLog(node.name).genesis, token }),
    "token_spent",
  );
  for (let i = 0; i < 11; i++) await node.call("tokens.issue", request, boss.session);
  await refuses(node.call("tokens.issue", request, boss.session), "quota_exceeded");
  node.clock.ahead += DAY;
  await node.call("tokens.issue", request, boss.session);
  await refuses(
    node.call("tokens.issue", { blinded: [new Uint8Array(32).fill(255)] }, boss.session),
    "malformed",
  );
});

test("a card is read by whoever knows its name, changed by its maker only, and ends", async () => {
  const maker = await enrol(node, "maker");
  const other = await enrol(node, "other");
  const cardId = randomBytes(16);
  const card = { cardId, sealed: randomBytes(500), expires: node.now() + DAY };
  await node.call("cards.put", card, maker.session);
  expect((await node.call("cards.get", { cardId })).sealed).toEqual(card.sealed);
  await refuses(node.call("cards.put", card, other.session), "forbidden");
  await refuses(node.call("cards.delete", { cardId }, other.session), "not_found");
  const changed = { ...card, sealed: randomBytes(9) };
  await node.call("cards.put", changed, maker.session);
  expect((await node.call("cards.get", { cardId })).sealed).toEqual(changed.sealed);
  node.clock.ahead += 2 * DAY;
  await refuses(node.call("cards.get", { cardId }), "not_found");
  await refuses(node.call("cards.put", card, maker.session), "malformed");
  const again = { ...card, expires: node.now() + DAY };
  await node.call("cards.put", again, maker.session);
  await node.call("cards.delete", { cardId }, maker.session);
  await refuses(node.call("cards.get", { cardId }), "not_found");
});

async function invite({ session }: Person, given: { uses?: number; expires?: number }) {
  const { uses = 1, expires = node.now() + DAY } = given;
  const invitation = randomBytes(16);
  const invitations = [{ invitation, uses, expires, kind: "person" as const }];
  await node.call("invitations.create", { invitations }, session);
  return { invitation };
}

async function open({ session }: Person) {
  const { invitations } = await node.call("invitations.list", { kind: "person" }, session);
  return invitations.filter(
    ({ expires, usesLeft, revoked }) => expires > node.now() && usesLeft > 0 && !revoked,
  );
}
