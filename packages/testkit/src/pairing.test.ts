import { answerPairing, offerPairing, revealPairing } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { decodeCbor, encodeCbor, PAIR_ALPHABET, toBase64url } from "@baraza/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Between } from "./line.ts";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import { pairByPicture, showCode, untilStep } from "./pairing.ts";
import type { Person } from "./person.ts";
import { spaceOf, untilText, untilTexts } from "./spaces.ts";

let net: Network;
let amina: Person;
let bruno: Person;

beforeAll(async () => {
  net = await network({ nodes: 2 });
  amina = await net.person({ node: 0, name: "amina", displayName: "Amina" });
  bruno = await net.person({ node: 1, name: "bruno", displayName: "Bruno" });
});
afterAll(() => net.close());

test("a scanned picture makes a new device of the account, which comes into all spaces without a passphrase", async () => {
  const first = await spaceOf(amina, [bruno], { title: "One" });
  const alone = await spaceOf(amina, [], { title: "Two" });
  await bruno.commands["chat.send"]({ spaceId: first, text: "from Bruno" });
  await amina.commands["chat.send"]({ spaceId: alone, text: "to myself" });
  await untilText(amina, first, "from Bruno");
  const phone = await amina.bareDevice();
  await pairByPicture(amina, phone);
  await untilText(phone, first, "from Bruno");
  await untilText(phone, alone, "to myself");
  await phone.commands["chat.send"]({ spaceId: first, text: "from the phone" });
  await untilText(bruno, first, "from the phone");
  // It goes on by itself after a restart.
  await phone.restart();
  await bruno.commands["chat.send"]({ spaceId: first, text: "once more" });
  await untilTexts(phone, first, ["from Bruno", "from the phone", "once more"]);
  expect([...amina.faults, ...phone.faults]).toEqual([]);
  await phone.close();
});

test("a typed code shows the same number on both screens, and nothing is given before both have agreed", async () => {
  const laptop = await amina.bareDevice();
  const { code } = await showCode(laptop);
  const typed = `${code.slice(0, 4).toLowerCase()} ${code.slice(4)}`.replace(/0/g, "o");
  await amina.commands["devices.join"]({ code: typed });
  const here = await untilStep(amina, "compare");
  const there = await untilStep(laptop, "compare");
  expect(here.number).toMatch(/^\d{6}$/);
  expect(there.number).toBe(here.number);
  await amina.commands["devices.confirm"]({});
  await untilStep(amina, "waiting");
  expect(await laptop.now("account", {})).toBeNull();
  await laptop.commands["devices.confirm"]({});
  await untilStep(laptop, "done");
  await untilStep(amina, "done");
  expect((await laptop.until("account", {}, (one) => one !== null))?.address).toBe(amina.address);
  await laptop.close();
});

test("a code that is none, one that nobody shows, one that was used, and one that has run out are told apart", async () => {
  const code = (await showCode(await amina.bareDevice())).code;
  const slip = PAIR_ALPHABET[(PAIR_ALPHABET.indexOf(code[2] ?? "0") + 1) % 32] ?? "0";
  const mistyped = code.slice(0, 2) + slip + code.slice(3);
  await expect(amina.commands["devices.join"]({ code: mistyped })).rejects.toMatchObject({
    code: "code_wrong",
  });
  await expect(amina.commands["devices.join"]({ code: "00000000" })).rejects.toMatchObject({
    code: "code_wrong",
  });
  const carla = await net.person({ node: 0, name: "carla", displayName: "Carla" });
  await carla.commands["devices.join"]({ code });
  await expect(amina.commands["devices.join"]({ code })).rejects.toMatchObject({
    code: "code_taken",
  });
  await carla.commands["devices.cancel"]({});
  const fresh = await amina.bareDevice();
  const old = await showCode(fresh);
  await fresh.commands["devices.cancel"]({});
  await fresh.commands["devices.offer"]({});
  await expect(amina.commands["devices.join"]({ code: old.code })).rejects.toMatchObject({
    code: "code_unknown",
  });
  await net.node(0).restart();
  await amina.until("status", {}, (one) => one.line === "online");
  const later = await amina.bareDevice();
  const { link } = await showCode(later);
  await net.node(0).restart();
  await expect(amina.commands["devices.join"]({ code: link })).rejects.toMatchObject({
    code: "code_unknown",
  });
  const view = await untilStep(later, "failed");
  expect(view.failure).toBe("expired");
});

test("of two who scan the same picture at once, one is told that it is taken", async () => {
  const fresh = await amina.bareDevice();
  const tablet = await amina.secondDevice();
  const { link } = await showCode(fresh);
  const both = await Promise.allSettled([
    amina.commands["devices.join"]({ code: link }),
    tablet.commands["devices.join"]({ code: link }),
  ]);
  expect(both.filter((one) => one.status === "fulfilled")).toHaveLength(1);
  expect(both.find((one) => one.status === "rejected")).toMatchObject({
    reason: { code: "code_taken" },
  });
  const winner = both[0].status === "fulfilled" ? amina : tablet;
  await untilStep(winner, "confirm");
  await winner.commands["devices.confirm"]({});
  await untilStep(fresh, "done");
  await fresh.close();
  await tablet.close();
});

test("a picture whose offer the node has exchanged is refused before anything is sent", async () => {
  const fresh = await amina.bareDevice();
  const { link } = await showCode(fresh);
  const mine = await offerPairing();
  amina.line.between(exchange("devices.pairJoin", (answer) => ({ ...answer, offer: mine.offer })));
  await expect(amina.commands["devices.join"]({ code: link })).rejects.toMatchObject({
    code: "code_mismatch",
  });
  amina.line.between(null);
  expect((await untilStep(fresh, "failed")).failure).toBe("ended");
});

test("an answer to a picture by somebody who has not seen it is refused by the new device", async () => {
  const fresh = await amina.bareDevice();
  const { code } = await showCode(fresh);
  const offer = await offerPairing();
  const guess = answerPairing(offer.offer, { secret: new Uint8Array(16) }).answer;
  fresh.line.between(exchange("devices.pairGet", (answer) => ({ ...answer, messages: [guess] })));
  expect((await untilStep(fresh, "failed")).failure).toBe("mismatch");
  expect(code).toHaveLength(8);
  expect(await fresh.now("account", {})).toBeNull();
});

test("a node in the middle of a typed code makes the two screens show different numbers", async () => {
  const fresh = await amina.bareDevice();
  const { code } = await showCode(fresh);
  const middle = await offerPairing();
  // To the old device it is the new one, and to the new one it is the old.
  let offered: Bytes = new Uint8Array();
  amina.line.between(async (path, _body, pass) => {
    const answer = await pass();
    const message = decodeCbor(answer.body) as { offer?: Bytes; messages?: Bytes[] };
    if (path.endsWith("devices.pairJoin") && message.offer !== undefined) {
      offered = message.offer;
      return { ...answer, body: encodeCbor({ ...message, offer: middle.offer }) };
    }
    if (path.endsWith("devices.pairGet") && (message.messages?.length ?? 0) > 0)
      return { ...answer, body: encodeCbor({ ...message, messages: [revealPairing(middle)] }) };
    return answer;
  });
  let mine: Bytes | undefined;
  fresh.line.between(
    exchange("devices.pairGet", (answer) => {
      if (!Array.isArray(answer.messages) || answer.messages.length === 0) return answer;
      mine ??= answerPairing(offered, null).answer;
      return { ...answer, messages: [mine] };
    }),
  );
  await amina.commands["devices.join"]({ code });
  const here = await untilStep(amina, "compare");
  const there = await untilStep(fresh, "compare");
  expect(here.number).not.toBe(there.number);
  fresh.line.between(null);
  amina.line.between(null);
  await amina.commands["devices.refuse"]({});
  expect((await untilStep(fresh, "failed")).failure).toBe("refused");
  expect(await fresh.now("account", {})).toBeNull();
});

test("a message or a whole pairing that is replayed leads nowhere", async () => {
  const fresh = await amina.bareDevice();
  const { code, link } = await showCode(fresh);
  await pairOnwards(amina, fresh, link);
  await expect(amina.commands["devices.join"]({ code: link })).rejects.toMatchObject({
    code: "code_taken",
  });
  const again = await amina.bareDevice();
  // The picture of the former pairing in the place of the new one.
  const second = await showCode(again);
  const mixed = `${second.code}.${link.split(".")[1]}`;
  await expect(amina.commands["devices.join"]({ code: mixed })).rejects.toMatchObject({
    code: "code_mismatch",
  });
  expect(code).not.toBe(second.code);
  await fresh.close();
});

test("a new device whose tab is closed in the middle: the old one is told, and the next code works", async () => {
  const fresh = await amina.bareDevice();
  const { link } = await showCode(fresh);
  await amina.commands["devices.join"]({ code: link });
  await untilStep(amina, "confirm");
  await fresh.restart();
  expect(await fresh.now("account", {})).toBeNull();
  await amina.commands["devices.cancel"]({});
  await pairByPicture(amina, fresh);
  await fresh.close();
});

test("an old device that ends it is heard on the new one", async () => {
  const fresh = await amina.bareDevice();
  const { link } = await showCode(fresh);
  await amina.commands["devices.join"]({ code: link });
  await untilStep(amina, "confirm");
  await amina.commands["devices.cancel"]({});
  expect((await untilStep(fresh, "failed")).failure).toBe("ended");
  expect(await amina.now("devices.pairing", {})).toBeNull();
});

test("a line that is lost in the middle costs nothing", async () => {
  const fresh = await amina.bareDevice();
  const { link } = await showCode(fresh);
  await amina.commands["devices.join"]({ code: link });
  await untilStep(amina, "confirm");
  fresh.line.cut();
  amina.line.cut();
  await amina.commands["devices.confirm"]({});
  await fresh.until("devices.pairing", {}, (one) => one?.offline === true);
  fresh.line.mend();
  amina.line.mend();
  await untilStep(amina, "done");
  await untilStep(fresh, "done");
  await fresh.close();
});

/** The rest of a pairing whose picture is shown. */
async function pairOnwards(old: Person, fresh: Person, link: string): Promise<void> {
  await old.commands["devices.join"]({ code: link });
  await untilStep(old, "confirm");
  await old.commands["devices.confirm"]({});
  await untilStep(old, "done");
  await fresh.until("account", {}, (account) => account !== null);
}

/** A node that gives another answer to one route. */
function exchange(
  route: string,
  change: (answer: Record<string, unknown>) => Record<string, unknown>,
): Between {
  return async (path, _body, pass) => {
    const answer = await pass();
    if (!path.endsWith(route) || answer.status !== 200) return answer;
    return {
      ...answer,
      body: encodeCbor(change(decodeCbor(answer.body) as Record<string, unknown>)),
    };
  };
}

test("the newest of a long history is there to be read before the rest, and in the end all of it in its order", async () => {
  const spaceId = await spaceOf(amina, [], { title: "Long" });
  const texts = Array.from({ length: 220 }, (_, at) => `number ${at + 1}`);
  for (const text of texts) await amina.commands["chat.send"]({ spaceId, text });
  await amina.until("status", {}, (status) => status.waiting === 0);
  const phone = await amina.bareDevice();
  // Reading from the beginning is held up.
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  phone.line.between(async (path, body, pass) => {
    const asked = path.endsWith("logs.read") ? (decodeCbor(body) as { after?: number }) : null;
    if (asked?.after === 0) await held;
    return pass();
  });
  await pairByPicture(amina, phone);
  const first = await phone.until("chat.messages", { spaceId, limit: 500 }, ({ messages }) =>
    messages.some((one) => one.text === "number 220"),
  );
  const shown = first.messages.filter((one) => one.notice === null).map((one) => one.text);
  expect(shown.length).toBeLessThan(100);
  expect(shown).toEqual(texts.slice(-shown.length));
  const listed = await phone.now("spaces", {});
  expect(listed.find((one) => one.spaceId === spaceId)?.lastText).toBe("number 220");
  release();
  await untilTexts(phone, spaceId, texts);
  await phone.commands["chat.send"]({ spaceId, text: "and one from the phone" });
  await untilText(amina, spaceId, "and one from the phone");
  expect(phone.faults).toEqual([]);
  await phone.close();
});

test("what a hub shows ahead in a place where it does not stand is put right", async () => {
  const spaceId = await spaceOf(amina, [], { title: "Shuffled" });
  const texts = Array.from({ length: 120 }, (_, at) => `line ${at + 1}`);
  for (const text of texts) await amina.commands["chat.send"]({ spaceId, text });
  await amina.until("status", {}, (status) => status.waiting === 0);
  const phone = await amina.bareDevice();
  phone.line.between(async (path, body, pass) => {
    const answer = await pass();
    const asked = path.endsWith("logs.read") ? (decodeCbor(body) as { after: number }) : null;
    if (asked === null || asked.after === 0 || answer.status !== 200) return answer;
    const page = decodeCbor(answer.body) as { entries: { seq: number }[] };
    const entries = page.entries.map((one) => ({ ...one, seq: 1000 - one.seq }));
    return { ...answer, body: encodeCbor({ ...page, entries }) };
  });
  await pairByPicture(amina, phone);
  await untilTexts(phone, spaceId, texts);
  await phone.close();
});

test("pictures carry a hash and a secret, not a key", async () => {
  const fresh = await amina.bareDevice();
  const { link } = await showCode(fresh);
  const [code, rest] = link.slice(link.indexOf("#") + 1).split(".");
  expect(code).toHaveLength(8);
  expect(rest).toHaveLength(toBase64url(new Uint8Array(48)).length);
});
