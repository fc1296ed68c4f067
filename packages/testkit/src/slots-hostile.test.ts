/** Rejoin slots against members and hubs that keep no rules. */
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import {
  encodeCbor,
  equalBytes,
  fromHex,
  decodeResponse,
  encodeResponse,
  PATHS,
} from "@baraza/protocol";
import { TransportError } from "@baraza/engine";
import { ed25519Generate, randomBytes, readSlot } from "@baraza/crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { intrude, leakOf, misbehave } from "./hostile-member.ts";
import { hubSlot } from "./inspect.ts";
import type { Answer, Between } from "./line.ts";
import { atRest, isIn, spaceRow } from "./at-rest.ts";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Person } from "./person.ts";
import { spaceOf, untilText } from "./spaces.ts";
import { until } from "./until.ts";

let net: Network;
/** At the first node. */
let amina: Person;
/** At the second. */
let bruno: Person;
/** At the first; turns against the others now and then. */
let mallory: Person;

beforeAll(async () => {
  net = await network({ nodes: 2 });
  amina = await net.person({ node: 0, name: "amina", displayName: "Amina" });
  bruno = await net.person({ node: 1, name: "bruno", displayName: "Bruno" });
  mallory = await net.person({ node: 0, name: "mallory", displayName: "Mallory" });
});
afterAll(() => net.close());

/** A device waits some seconds for members before it takes the slot: tests here take long on a busy machine. */
const LONG = 120_000;

/** Each test begins with everybody there. */
beforeEach(async () => {
  for (const one of [amina, bruno, mallory]) await one.restart();
});

test(
  "a removed member does not come back: not by the hub's door, and not with a slot that somebody leaks",
  async () => {
    const spaceId = await spaceOf(amina, [bruno, mallory]);
    await mallory.until("people", { spaceId }, (all) => all.length === 3);
    await atRest(mallory);
    const before = leakOf(mallory, net.node(0), spaceId);
    const seenBefore = spaceRow(mallory, spaceId);
    await mallory.close();
    await amina.commands["space.remove"]({ spaceId, identityId: mallory.identityId });
    await bruno.until("people", { spaceId }, (all) => all.length === 2);
    // What it knew is worth nothing at the hub.
    await expect(intrude(mallory, net.node(0), spaceId, before, seenBefore)).rejects.toMatchObject({
      code: "stale_epoch",
    });
    const present = leakOf(amina, net.node(0), spaceId);
    expect(present.secret).not.toEqual(before.secret);
    await expect(
      intrude(mallory, net.node(0), spaceId, { ...present, secret: before.secret }, seenBefore),
    ).rejects.toMatchObject({ code: "open_failed" });
    // A new device of theirs finds no way in.
    const phone = await mallory.secondDevice();
    await phone.until("returns", {}, (all) =>
      all.some((one) => one.spaceId === spaceId && one.state === "gone"),
    );
    await phone.close();
    // Somebody gives them everything: the hub cannot tell, and the members refuse.
    await intrude(mallory, net.node(0), spaceId, present, spaceRow(amina, spaceId));
    for (const one of [amina, bruno])
      await one.until("space", { spaceId }, (space) => space?.trouble?.kind === "offender");
    await bruno.commands["chat.send"]({ spaceId, text: "we go on" });
    await untilText(amina, spaceId, "we go on");
    expect((await bruno.now("people", { spaceId })).map((one) => one.name).toSorted()).toEqual([
      "Amina",
      "Bruno",
    ]);
  },
  LONG,
);

test(
  "garbage in the place of a slot is seen, its author named, and mended; then one comes back by it",
  async () => {
    const spaceId = await spaceOf(amina, [bruno, mallory]);
    await mallory.until("people", { spaceId }, (all) => all.length === 3);
    await mallory.until("status", {}, ({ waiting }) => waiting === 0);
    await atRest(bruno);
    await mallory.close();
    const outer = ed25519Generate();
    const envelope = { tag: randomBytes(16), enc: randomBytes(32), ct: randomBytes(48) };
    const garbage = encodeCbor({
      v: 1,
      outerKey: outer.publicKey,
      envelopes: [envelope],
      sealed: randomBytes(2048),
    });
    const claim = {
      groupInfo: randomBytes(300),
      epochs: [{ from: 0, count: 1 }],
      renewed: true,
    };
    await misbehave(mallory, net.node(0), spaceId, {
      slot: { bytes: garbage, outerKey: outer.publicKey, claim },
    });
    for (const one of [amina, bruno])
      await one.until(
        "space",
        { spaceId },
        (space) => space?.trouble?.kind === "offender" && space.trouble.name === "Mallory",
      );
    await until(() => {
      const slot = hubSlot(net.node(0), spaceId);
      return slot !== null && readSlot(slot).envelopes.length === 3;
    });
    await amina.close();
    await bruno.close();
    const phone = await bruno.secondDevice();
    await isIn(spaceId, phone);
    await phone.commands["chat.send"]({ spaceId, text: "mended" });
    await amina.restart();
    await untilText(amina, spaceId, "mended");
    await phone.close();
  },
  LONG,
);

test(
  "a hub that lost the slot gets another one from the members",
  async () => {
    const spaceId = await spaceOf(amina, [bruno]);
    await atRest(amina);
    await amina.close();
    const db = new DatabaseSync(join(net.node(0).dataDir, "store.sqlite"), { timeout: 5000 });
    db.prepare(
      "UPDATE log_slots SET slot = NULL WHERE log = (SELECT log FROM logs WHERE log_id = ?)",
    ).run(fromHex(spaceId));
    db.close();
    expect(hubSlot(net.node(0), spaceId)).toBeNull();
    await amina.restart();
    await until(() => hubSlot(net.node(0), spaceId) !== null);
    expect((await amina.now("space", { spaceId }))?.trouble).toBeNull();
  },
  LONG,
);

/** Answers the question for a slot otherwise. */
const otherSlot =
  (change: (pass: () => Promise<Answer>) => Promise<Answer>): Between =>
  (path, _body, pass) =>
    path === `${PATHS.api}logs.slot` ? change(() => pass()) : pass();

test(
  "a hub that shows a slot of the past, or of another space, is refused, with a state of its own",
  async () => {
    const spaceId = await spaceOf(amina, [bruno]);
    const other = await spaceOf(amina, [bruno]);
    await atRest(amina);
    await amina.close();
    await bruno.close();
    // The present answers, as the lying hub keeps them.
    const kept = new Map<string, Answer>();
    const spy = await amina.secondDevice();
    spy.line.between(
      otherSlot(async (pass) => {
        const answer = await pass();
        if (answer.status === 200) {
          const { head } = decodeResponse("logs.slot", 200, answer.body);
          for (const id of [spaceId, other])
            if (equalBytes(fromHex(id), head.logId)) kept.set(id, answer);
        }
        // And it lets nobody in by them.
        throw new TransportError("offline");
      }),
    );
    await until(() => kept.size === 2);
    await spy.close();
    // The space goes on: somebody comes, so the slot is another one, and the vault of a device knows of it.
    await amina.restart();
    await bruno.restart();
    await amina.commands["space.setRole"]({
      spaceId,
      identityId: bruno.identityId,
      role: "steward",
    });
    await bruno.until("space", { spaceId }, (space) => space?.myRole === "steward");
    await amina.commands["chat.send"]({ spaceId, text: "later" });
    await amina.commands["account.setDisplayName"]({ displayName: "Amina B." });
    await atRest(amina);
    await amina.close();
    await bruno.close();

    const refused = async (state: string, between: Between) => {
      const phone = await amina.secondDevice();
      phone.line.between(between);
      await phone.until("returns", {}, (all) =>
        all.some((one) => one.spaceId === spaceId && one.state === state),
      );
      expect(await phone.now("space", { spaceId })).toBeNull();
      // Once the hub tells the truth, it comes in.
      phone.line.between(null);
      const db = new DatabaseSync(join(phone.directory, "store.db"), { timeout: 5000 });
      db.prepare("UPDATE rejoins SET next_at = 0").run();
      db.close();
      await phone.restart();
      await untilText(phone, spaceId, "later");
      await phone.close();
    };
    const old = kept.get(spaceId)!;
    await refused(
      "stale",
      otherSlot(async () => old),
    );
    // The old slot under the present head and epoch.
    await refused(
      "damaged",
      otherSlot(async (pass) => {
        const answer = await pass();
        if (answer.status !== 200) return answer;
        const page = decodeResponse("logs.slot", 200, answer.body);
        if (!equalBytes(page.head.logId, fromHex(spaceId))) return answer;
        const theirs = decodeResponse("logs.slot", 200, kept.get(other)!.body);
        const { envelope, sealed, outerKey } = theirs;
        return {
          status: 200,
          body: encodeResponse("logs.slot", {
            ...page,
            sealed,
            outerKey,
            envelope: { ...envelope, tag: page.envelope.tag },
          }),
        };
      }),
    );
  },
  LONG,
);

test("nothing failed that nobody foresaw", () => {
  expect([amina, bruno, mallory].flatMap((person) => person.faults)).toEqual([]);
});
