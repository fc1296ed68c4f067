import { encodeCbor } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { mayModerate, withRule } from "./moderate.ts";
import type { Listed, MemberRole, Rules } from "./rules.ts";
import { hasRules, mayAdmit, mayCome, mayPost, roleOf } from "./rules.ts";

const id = (number: number): Bytes => new Uint8Array(32).fill(number);
const hex = (number: number): string => number.toString(16).padStart(2, "0").repeat(32);
const listed = (number: number, role: Listed["role"], more: Partial<Listed> = {}): Listed => ({
  identityId: id(number),
  role,
  ...more,
});
const rules = (more: Partial<Rules> = {}): Rules => ({
  stewards: [{ identityId: id(1) }],
  ...more,
});

test("who leads leads, whatever else is said of them", () => {
  const some = rules({ roles: [listed(1, "observer"), listed(2, "moderator")] });
  expect([1, 2, 3].map((one) => roleOf(some, hex(one)))).toEqual([
    "steward",
    "moderator",
    "member",
  ]);
});

test.each<[MemberRole, boolean, string, boolean]>([
  ["member", false, "chat.message", true],
  ["guest", false, "chat.message", true],
  ["observer", false, "chat.message", false],
  ["observer", false, "chat.reaction", false],
  ["observer", false, "files.add", false],
  ["observer", false, "space.leave", true],
  ["observer", false, "space.title", false],
  ["guest", false, "space.ask", false],
  ["member", true, "chat.message", false],
  ["member", true, "chat.reaction", true],
  ["member", true, "chat.vote", true],
  ["member", true, "space.profile", true],
  ["member", true, "space.ask", true],
  ["moderator", true, "chat.message", true],
  ["steward", true, "files.add", true],
  ["member", true, "space.group", true],
  ["guest", false, "space.group", false],
  ["member", false, "space.groupOff", false],
  ["moderator", false, "space.groupOff", true],
  ["member", false, "chat.channel", false],
  ["moderator", false, "chat.channel", true],
  ["guest", false, "chat.channelOrder", false],
])("a %s (few write: %s) and %s: %s", (role, announce, type, may) => {
  expect(mayPost(role, announce, type)).toBe(may);
});

test("guests and observers bring in nobody, members only where it is not for others, the banned do not come", () => {
  const closed = rules({ approve: true, banned: [id(9)] });
  expect(mayAdmit(rules(), "member")).toBe(true);
  expect(mayAdmit(closed, "member")).toBe(false);
  expect(mayAdmit(closed, "moderator")).toBe(true);
  expect(mayAdmit(rules(), "guest")).toBe(false);
  expect(mayAdmit(rules(), "observer")).toBe(false);
  expect(mayCome(closed, [hex(9)])).toBe(false);
  expect(mayCome(closed, [hex(8)])).toBe(true);
});

test("a moderator silences, lets speak and bans, and changes nothing else", () => {
  const before = rules({
    roles: [listed(2, "moderator"), listed(3, "guest", { until: 5, fresh: true })],
  });
  const after = (change: Parameters<typeof withRule>[1]): Rules => ({
    ...before,
    ...withRule(before, change),
  });
  const may = (change: Parameters<typeof withRule>[1]) => mayModerate(before, after(change));
  expect(may({ op: "role", identityId: id(4), role: "observer" })).toBe(true);
  expect(may({ op: "role", identityId: id(3), role: "observer" })).toBe(true);
  expect(may({ op: "ban", identityId: id(3) })).toBe(true);
  expect(may({ op: "ban", identityId: id(2) })).toBe(false);
  expect(may({ op: "ban", identityId: id(1) })).toBe(false);
  expect(may({ op: "role", identityId: id(4), role: "moderator" })).toBe(false);
  expect(may({ op: "role", identityId: id(2), role: "member" })).toBe(false);
  expect(may({ op: "announce", on: true })).toBe(false);
  expect(may({ op: "approve", on: true })).toBe(false);
  expect(mayModerate(before, { ...after({ op: "ban", identityId: id(4) }), stewards: [] })).toBe(
    false,
  );
  const banned = rules({ banned: [id(7)] });
  expect(mayModerate(banned, rules({ banned: [] }))).toBe(false);
  // A guest does not become a member by being silenced and let speak.
  expect(mayModerate(before, rules({ roles: [listed(2, "moderator")] }))).toBe(false);
});

const change = fc.record({
  op: fc.constantFrom("role", "ban", "unban", "announce", "approve"),
  identityId: fc.integer({ min: 1, max: 6 }).map(id),
  role: fc.constantFrom("moderator", "member", "guest", "observer"),
  on: fc.boolean(),
});

test("changes in any order leave each person listed once, nobody both banned and listed by a ban, and say nothing twice", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
      let now = rules();
      for (const one of changes) {
        const next = withRule(now, one);
        if (next === null) continue;
        expect(encodeCbor({ ...now, ...next })).not.toEqual(encodeCbor({ ...now }));
        now = { ...now, ...next };
        expect(withRule(now, one)).toBeNull();
      }
      const ids = (now.roles ?? []).map((one) => one.identityId.join());
      expect(new Set(ids).size).toBe(ids.length);
      const banned = (now.banned ?? []).map((one) => one.join());
      expect(new Set(banned).size).toBe(banned.length);
    }),
    { numRuns: 200 },
  );
});

test("a space without rules says nothing, so that its context stays as it was", () => {
  expect(hasRules(rules())).toBe(false);
  expect(hasRules(rules({ roles: [], banned: [], announce: false, approve: false }))).toBe(false);
  expect(hasRules(rules({ announce: true }))).toBe(true);
});
