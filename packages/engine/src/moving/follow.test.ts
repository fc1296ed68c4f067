/** Statements of where somebody went, true and false: who brings them does not matter, what they are signed with does. */
import {
  createIdentity,
  deviceCredential,
  identityIdOf,
  rotateIdentity,
  signRoll,
} from "@baraza/crypto";
import type { Identity } from "@baraza/crypto";
import { signMoved } from "@baraza/crypto/moving";
import type { Bytes } from "@baraza/protocol";
import { LIMITS, toHex } from "@baraza/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Insider, TestSpace } from "../spaces/log.testing.ts";
import { testSpace } from "../spaces/log.testing.ts";
import { stewardKeyOf } from "../spaces/roster.ts";
import { noteHeard } from "./follow.ts";
import { followHeard } from "./follow-heard.ts";
import { latestMove } from "./own-moves.ts";

const HOME = "bruno@hub.localhost";
let here: TestSpace;
let bruno: Insider;
let id: string;

beforeEach(async () => {
  here = await testSpace();
  bruno = await here.bring();
  id = toHex(identityIdOf(bruno.identity.record));
  await states(HOME);
});
afterEach(() => here.close());

type Wish = { by?: Identity; to?: string; from?: string; seq?: number; time?: number };

function moved({ by, to = "b.example", from = "hub.localhost", seq = 1, time }: Wish = {}) {
  return signMoved(by ?? bruno.identity, {
    from: { name: "bruno", node: from },
    to: { name: "bruno", node: to },
    seq,
    time: time ?? Date.now(),
  });
}

/** His device states where he is, in the space. */
async function states(address: string, statement?: Bytes): Promise<void> {
  const { genesis } = await here.space();
  await here.forge(bruno, {
    type: "space.profile",
    payload: {
      profile: { name: "Bruno", address },
      reply: bruno.reply,
      certificate: deviceCredential(bruno.device.certificate),
      stewardKey: stewardKeyOf(bruno.identity.privateKey, genesis.nonce).publicKey,
      ...(statement === undefined ? {} : { moved: statement }),
    },
  });
}

/** It is heard, from wherever. */
async function hears(statement: Bytes, of = id): Promise<void> {
  await here.core.store.transaction((tx) => noteHeard(tx, of, statement));
  await followHeard(here.core);
}

async function address(): Promise<string | undefined> {
  const row = await here.core.store.get<{ address: string }>(
    "SELECT address FROM members WHERE identity_id = ?",
    [id],
  );
  return row?.address;
}

/** His key is another one since a device of his was removed, and the space is told. */
async function rotates(): Promise<Identity> {
  const identity = await rotateIdentity(bruno.identity);
  const roll = await signRoll(identity, [bruno.device.hash]);
  await here.forge(bruno, { type: "space.identity", payload: { roll } });
  return identity;
}

const lines = async () =>
  (await here.core.store.all("SELECT 1 FROM notices WHERE kind = 'moved' AND subject = ?", [id]))
    .length;

test("a true statement is followed, once, whoever brings it", async () => {
  const statement = await moved();
  await hears(statement);
  await hears(statement);
  expect(await address()).toBe("bruno@b.example");
  expect(await lines()).toBe(1);
  const left = await here.core.store.all("SELECT * FROM moves_heard");
  expect(left).toEqual([]);
});

test("a device that still states the address of before does not bring it back", async () => {
  await states("bruno@b.example", await moved());
  await followHeard(here.core);
  await states(HOME);
  expect(await address()).toBe("bruno@b.example");
});

test("an older statement that is replayed is not followed, nor another one of the same number", async () => {
  const first = await moved({ to: "b.example" });
  await hears(first);
  await hears(await moved({ to: "c.example", from: "b.example", seq: 2 }));
  expect(await address()).toBe("bruno@c.example");
  await hears(first);
  await hears(await moved({ to: "d.example", from: "b.example", seq: 2 }));
  expect(await address()).toBe("bruno@c.example");
});

test.each<[string, () => Promise<Bytes>]>([
  ["by somebody else about themselves", async () => moved({ by: await createIdentity() })],
  [
    "that was altered",
    async () => {
      const bytes = await moved();
      const at = Buffer.from(bytes).indexOf("b.example");
      bytes[at] = "e".charCodeAt(0);
      return bytes;
    },
  ],
  ["from years ahead", () => moved({ time: Date.now() + 2 * LIMITS.movedMs })],
  ["that is rubbish", async () => new Uint8Array([1, 2, 3])],
])("a statement %s is forgotten and not followed", async (_what, make) => {
  await hears(await make());
  expect(await address()).toBe(HOME);
  expect(await here.core.store.all("SELECT * FROM moves_heard")).toEqual([]);
});

test("a key that was rotated away says nothing any more, however often its thief hands the identity on from it", async () => {
  const stolen = bruno.identity;
  const identity = await rotates();
  await hears(await moved({ by: stolen, to: "evil.example" }));
  const branch = await rotateIdentity(await rotateIdentity(stolen));
  expect(toHex(identityIdOf(branch.record))).toBe(id);
  await hears(await moved({ by: branch, to: "evil.example", seq: 9 }));
  expect(await address()).toBe(HOME);
  await hears(await moved({ by: identity, to: "b.example" }));
  expect(await address()).toBe("bruno@b.example");
});

test("what a stolen key said before it was rotated away stands until then, and no longer", async () => {
  await hears(await moved({ to: "evil.example", seq: 99 }));
  expect(await address()).toBe("bruno@evil.example");
  const identity = await rotates();
  await states(HOME);
  expect(await address()).toBe(HOME);
  // Nor does the number that it took keep him from moving.
  await hears(await moved({ by: identity }));
  expect(await address()).toBe("bruno@b.example");
});

test("a statement of one's own by a key that was rotated away is not believed", async () => {
  const me = here.core.me();
  const stolen = { record: me.identity, privateKey: me.identityKey };
  const { record, privateKey } = await rotateIdentity(stolen);
  Object.assign(me, { identity: record, identityKey: privateKey });
  const branch = await rotateIdentity(await rotateIdentity(stolen));
  for (const by of [stolen, branch]) await hears(await moved({ by, to: "evil.example" }), me.id);
  expect(await latestMove(here.core)).toBeUndefined();
  await hears(await moved({ by: { record, privateKey } }), me.id);
  expect((await latestMove(here.core))?.to_node).toBe("b.example");
});
