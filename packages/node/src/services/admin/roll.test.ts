import { ROUTES } from "@baraza/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomBytes, sha256 } from "../../crypto-fast.ts";
import type { Person, TestNode } from "../node.testing.ts";
import { bootNode, enrol, refuses, setupCodeOf } from "../node.testing.ts";

const DAY = 24 * 60 * 60_000;

let node: TestNode;
let boss: Person;
let amina: Person;
beforeAll(async () => {
  node = await bootNode();
  boss = await enrol(node, "boss", { invitation: await setupCodeOf(node) });
  amina = await enrol(node, "amina");
});
afterAll(() => node.close());

test("every route of administrators that changes something leaves a line that all members read", async () => {
  const name = "amina";
  const acts = {
    "admin.role": () => node.call("admin.role", { name, role: "administrator" }, boss.session),
    "admin.suspend": () => node.call("admin.suspend", { name, suspended: true }, boss.session),
    "admin.limits": () => node.call("admin.limits", { name, limits: { spaces: 3 } }, boss.session),
    "admin.leave": () => node.call("admin.leave", { name, at: node.now() + DAY }, boss.session),
    "admin.settings": () => node.call("admin.settings", { keepDays: 5 }, boss.session),
    "nodes.block": () =>
      node.call("nodes.block", { node: "b.localhost", blocked: true }, boss.session),
  };
  const reading = [
    "admin.status",
    "admin.accounts",
    "admin.account",
    "nodes.blocked",
    "reports.list",
  ];
  // A report is between its writer and the administrators: that there was one is nobody else's business.
  const unsaid = ["reports.close"];
  const administrators = Object.entries(ROUTES).filter(
    ([, { access }]) => access === "administrator",
  );
  expect(administrators.map(([route]) => route).toSorted()).toEqual(
    [...Object.keys(acts), ...reading, ...unsaid].toSorted(),
  );
  const other = await enrol(node, "reader");
  const lines = async () =>
    (await node.call("journal.list", { after: 0, limit: 200 }, other.session)).entries;
  for (const act of Object.values(acts)) {
    const before = (await lines()).length;
    await act();
    const after = await lines();
    expect(after).toHaveLength(before + 1);
    expect(after.at(-1)).toMatchObject({ by: "boss" });
  }
  const before = (await lines()).length;
  await node.call("admin.status", {}, boss.session);
  await node.call("admin.accounts", {}, boss.session);
  await node.call("admin.account", { name }, boss.session);
  await node.call("nodes.blocked", {}, boss.session);
  await node.call("reports.list", {}, boss.session);
  await node.call("reports.close", { reportId: randomBytes(16) }, boss.session);
  expect(await lines()).toHaveLength(before);
  await refuses(node.call("journal.list", { after: 0 }), "unauthenticated");
  await node.call("admin.leave", { name }, boss.session);
  await node.call("admin.suspend", { name, suspended: false }, boss.session);
  await node.call("admin.role", { name, role: "member" }, boss.session);
  await node.call("admin.limits", { name, limits: {} }, boss.session);
});

test("suspending ends every session at once", async () => {
  const carla = await enrol(node, "carla");
  await node.call("accounts.me", {}, carla.session);
  await node.call("admin.suspend", { name: "carla", suspended: true }, boss.session);
  await refuses(node.call("accounts.me", {}, carla.session), "unauthenticated");
  await node.call("admin.suspend", { name: "carla", suspended: false }, boss.session);
  await refuses(node.call("accounts.me", {}, carla.session), "unauthenticated");
});

test("what a suspended person has given out opens nothing", async () => {
  const dora = await enrol(node, "dora");
  const invitation = randomBytes(16);
  const one = { invitation, uses: 1, expires: node.now() + DAY, kind: "person" as const };
  await node.call("invitations.create", { invitations: [one] }, dora.session);
  await node.call("admin.suspend", { name: "dora", suspended: true }, boss.session);
  await refuses(enrol(node, "eve", { invitation }), "invitation_invalid");
});

test("limits: of one account before the node's, the node's before what is built in", async () => {
  const emil = await enrol(node, "emil");
  const standing = () => node.call("accounts.standing", {}, emil.session);
  expect(await standing()).toMatchObject({ invitations: 20, mayInvite: true, role: "member" });
  await node.call("admin.settings", { invitations: 5, letters: 1000, spaces: 1 }, boss.session);
  expect(await standing()).toMatchObject({ invitations: 5, letters: { used: 0, max: 1000 } });
  await node.call(
    "admin.limits",
    { name: "emil", limits: { invitations: 2, letters: 5000 } },
    boss.session,
  );
  expect(await standing()).toMatchObject({ invitations: 2, letters: { max: 5000 } });
  const many = Array.from({ length: 3 }, () => ({
    invitation: randomBytes(16),
    uses: 1,
    expires: node.now() + DAY,
    kind: "person" as const,
  }));
  const create = (invitations: typeof many) =>
    node.call("invitations.create", { invitations }, emil.session);
  expect(await refuses(create(many), "quota_exceeded")).toEqual({ what: "invitations", max: 2 });
  await create(many.slice(0, 2));
  await create(many.slice(0, 2));
  expect(await standing()).toMatchObject({ invitations: 0 });
  const blinded = [randomBytes(32), randomBytes(32)];
  await refuses(node.call("tokens.issue", { blinded }, emil.session), "malformed");
  await node.call("admin.settings", { invitations: 20, letters: 1e8, spaces: 200 }, boss.session);
});

test("a membership ends at its time, at the latest with the next minute, and nobody else gets the name", async () => {
  const fay = await enrol(node, "fay");
  const at = node.now() + DAY;
  const row = await node.call("admin.leave", { name: "fay", at }, boss.session);
  expect(row).toMatchObject({ leaves: at, closed: false });
  const soon = node.call("admin.leave", { name: "fay", at: node.now() - 1 }, boss.session);
  await refuses(soon, "malformed");
  expect(await node.call("accounts.standing", {}, fay.session)).toMatchObject({ leaves: at });
  node.clock.ahead += DAY + 6000;
  await refuses(node.call("accounts.standing", {}, fay.session), "unauthenticated");
  await refuses(enrol(node, "fay"), "name_taken");
  node.clock.ahead -= DAY + 6000;
});

test("administration is for administrators: a member and a stranger are refused, whatever they ask", async () => {
  const member = await enrol(node, "member");
  for (const [route, { access }] of Object.entries(ROUTES)) {
    if (access !== "administrator") continue;
    const name = route as "admin.suspend";
    // One request that every one of them takes: fields that a route does not know are passed over.
    const request = {
      name: "amina",
      role: "member",
      suspended: true,
      limits: {},
      node: "b.localhost",
      blocked: true,
      reportId: randomBytes(16),
    };
    await refuses(node.call(name, request, member.session), "forbidden");
    await refuses(node.call(name, request), "unauthenticated");
  }
  const everybody = { kind: "person" as const, everybody: true };
  await refuses(node.call("invitations.list", everybody, member.session), "forbidden");
  await node.call("invitations.revoke", { ids: [sha256(randomBytes(16))] }, member.session);
  const { entries } = await node.call("journal.list", { after: 0 }, member.session);
  expect(entries.filter(({ act }) => act === "revoke")).toEqual([]);
});

test("trying names is slow, and does not keep those from answers who know a name", async () => {
  let tries = 0;
  const tryName = async () => {
    tries += 1;
    return node.call("identity.lookup", { name: `nobody${tries}` }).then(
      () => "found",
      (error: { code: string }) => error.code,
    );
  };
  let code = "";
  while (code !== "rate_limited" && tries < 100) code = await tryName();
  expect(code).toBe("rate_limited");
  expect(tries).toBeLessThan(40);
  expect((await node.call("identity.lookup", { name: "amina" })).name).toBe("amina");
  const { identityId } = amina;
  expect((await node.call("identity.lookup", { identityId })).name).toBe("amina");
  node.clock.ahead += 60_000;
  expect(await tryName()).toBe("not_found");
});

test("trying names at the key log is as slow", async () => {
  const other = await bootNode();
  try {
    let tries = 0;
    let code = "";
    while (code !== "rate_limited" && tries < 100) {
      tries += 1;
      code = await other.call("keylog.lookup", { name: `nobody${tries}` }).then(
        () => "found",
        (error: { code: string }) => error.code,
      );
    }
    expect(code).toBe("rate_limited");
    expect(tries).toBeLessThan(40);
    await refuses(other.call("identity.lookup", { name: "nobody" }), "rate_limited");
  } finally {
    await other.close();
  }
});
