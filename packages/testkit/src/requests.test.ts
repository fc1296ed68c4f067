/** First letters from people one has never met, over three nodes: they wait apart, and are answered, deleted or shut out. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import {
  blindToken,
  cardKeys,
  finalizeToken,
  openCard,
  randomBytes,
  sealCard,
  sealLetter,
} from "@baraza/crypto";
import { nodeTransport } from "@baraza/engine/node";
import type { Bytes, DeviceCertificate, RequestOf, ResponseOf, RouteName } from "@baraza/protocol";
import {
  decodeCbor,
  decodeJoinFragment,
  decodeResponse,
  encodeRequest,
  fromHex,
  LIMITS,
  PATHS,
  requestBody,
  toBase64url,
  toHex,
  writeAs,
} from "@baraza/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { filesBelow, findCanaries } from "./capture.ts";
import { storeRows } from "./inspect.ts";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { TestNode } from "./node-handle.ts";
import { pairByPicture } from "./pairing.ts";
import type { Person } from "./person.ts";
import { fragmentOf, spaceOf, untilText } from "./spaces.ts";

let net: Network;
let amina: Person;
let bruno: Person;
let carla: Person;
/** Looks after the first node, from the test about that on. */
let chief: Person;
/** What the clocks of the nodes are ahead of this machine's, ms. */
let ahead = 0;

beforeAll(async () => {
  net = await network({ nodes: 3, now: () => Date.now() + ahead });
  amina = await net.person({ node: 0, name: "amina", displayName: "Amina" });
  bruno = await net.person({ node: 1, name: "bruno", displayName: "Bruno" });
  carla = await net.person({ node: 2, name: "carla", displayName: "Carla" });
});
afterAll(() => net.close());

/** What is counted by day begins anew. */
const nextDay = () => {
  ahead += 24 * 60 * 60_000;
};

async function writeTo(from: Person, to: Person, words: string): Promise<string> {
  const { identityId } = await from.commands["requests.find"]({ address: to.address });
  const { spaceId } = await from.commands["requests.write"]({
    identityId,
    address: to.address,
    words,
  });
  return spaceId;
}

/** The conversation that two have already. */
async function pairOf(one: Person, other: Person): Promise<string> {
  const { spaceId } = await one.commands["requests.find"]({ address: other.address });
  if (spaceId === null) throw new Error("they have none");
  return spaceId;
}

const wroteTo = (to: Person, words: string) =>
  to.until("requests.list", {}, (list) => list.some((one) => one.words === words));

test("a stranger's first words wait apart, and become a conversation of two when they are accepted", async () => {
  const spaceId = await writeTo(bruno, amina, "I am Bruno from the market. May we talk?");
  expect(await bruno.now("requests.written", { spaceId })).toMatchObject({
    state: "waiting",
    address: amina.address,
  });
  const [request] = await amina.until("requests.list", {}, (list) =>
    list.some((one) => one.record === "fits"),
  );
  expect(request).toMatchObject({
    identityId: bruno.identityId,
    name: "Bruno",
    address: bruno.address,
    from: net.node(1).name,
    words: "I am Bruno from the market. May we talk?",
  });
  // Nothing stands among the conversations, and nothing goes back.
  expect(await amina.now("spaces", {})).toEqual([]);
  expect(await amina.now("requests.count", {})).toBe(1);
  expect(await bruno.now("people", { spaceId })).toHaveLength(1);

  const accepted = await amina.commands["requests.accept"]({ identityId: bruno.identityId });
  expect(accepted.spaceId).toBe(spaceId);
  await amina.until("space", { spaceId }, (space) => space?.state === "active");
  await untilText(amina, spaceId, "I am Bruno from the market. May we talk?");
  await amina.commands["chat.send"]({ spaceId, text: "Gladly" });
  await untilText(bruno, spaceId, "Gladly");
  expect(await amina.now("requests.list", {})).toEqual([]);
  expect(await bruno.now("requests.written", { spaceId })).toBeNull();
  // Each sees the other's name, and nobody counts as met by that.
  const [one] = await amina.now("spaces", {});
  const [other] = await bruno.now("spaces", {});
  expect([one?.title, other?.title]).toEqual(["Bruno", "Amina"]);
  const people = await amina.now("people", { spaceId });
  expect(people.find(({ identityId }) => identityId === bruno.identityId)?.check).toBe("unchecked");
  // Whoever writes again is led to it.
  await expect(writeTo(bruno, amina, "Once more")).rejects.toMatchObject({
    code: "already_member",
    data: { spaceId },
  });
});

test("who is deleted is not told and may write again; who is blocked is not told either, and nothing of theirs comes", async () => {
  const spaceId = await writeTo(carla, amina, "First");
  await wroteTo(amina, "First");
  await amina.commands["requests.delete"]({ identityId: carla.identityId });
  expect(await amina.now("requests.list", {})).toEqual([]);
  expect(await carla.now("requests.written", { spaceId })).toMatchObject({ state: "waiting" });

  const again = await writeByHand(carla, amina, { words: "Second" });
  expect(again).toBeNull();
  await wroteTo(amina, "Second");
  await amina.commands["requests.block"]({ identityId: carla.identityId });
  expect(await amina.now("requests.list", {})).toEqual([]);
  expect(await amina.now("requests.blocks", {})).toMatchObject({
    people: [{ identityId: carla.identityId, name: "Carla", address: carla.address }],
  });
  expect(await writeByHand(carla, amina, { words: "Third" })).toBeNull();
  const dora = await net.person({ node: 2, name: "dora", displayName: "Dora" });
  await writeTo(dora, amina, "From the same node");
  await wroteTo(amina, "From the same node");
  expect(await amina.now("requests.list", {})).toHaveLength(1);
  await amina.commands["requests.delete"]({ identityId: dora.identityId });

  await amina.commands["requests.unblock"]({ identityId: carla.identityId });
  expect(await writeByHand(carla, amina, { words: "Fourth" })).toBeNull();
  await wroteTo(amina, "Fourth");
  await amina.commands["requests.delete"]({ identityId: carla.identityId });
});

test("a blocked node's people do not get through, and others do", async () => {
  await amina.commands["requests.blockNode"]({ node: net.node(2).name });
  expect(await writeByHand(carla, amina, { words: "From a blocked node" })).toBeNull();
  const emil = await net.person({ node: 1, name: "emil", displayName: "Emil" });
  await writeTo(emil, amina, "From another node");
  await wroteTo(amina, "From another node");
  expect((await amina.now("requests.list", {})).map(({ words }) => words)).toEqual([
    "From another node",
  ]);
  await amina.commands["requests.unblockNode"]({ node: net.node(2).name });
  await amina.commands["requests.delete"]({ identityId: emil.identityId });
});

test("who states somebody else's address is shown as not theirs, and cannot be accepted", async () => {
  await writeByHand(carla, amina, { words: "I am Bruno", address: bruno.address });
  const [request] = await amina.until("requests.list", {}, (list) =>
    list.some((one) => one.record === "wrong"),
  );
  expect(request).toMatchObject({ identityId: carla.identityId, address: bruno.address });
  await expect(
    amina.commands["requests.accept"]({ identityId: carla.identityId }),
  ).rejects.toMatchObject({ code: "unverified" });
  await amina.commands["requests.delete"]({ identityId: carla.identityId });
  // A name of their own node that somebody else has is no better.
  await writeByHand(carla, amina, { words: "I am Dora", address: `dora@${net.node(2).name}` });
  await amina.until("requests.list", {}, (list) => list.some((one) => one.record === "wrong"));
  await amina.commands["requests.delete"]({ identityId: carla.identityId });
});

test("forged, spent, replayed and oversized letters are refused, and an answered one does not come again", async () => {
  nextDay();
  const token = await takeToken(carla, net.node(0));
  const put = await letterOf(carla, amina, { words: "Once" });
  const first = { ...put, ...token };
  expect(await putAt(net.node(0), first)).toBeNull();
  await wroteTo(amina, "Once");
  // The same again is acknowledged, and another letter with its token is not.
  expect(await putAt(net.node(0), first)).toBeNull();
  const other = await letterOf(carla, amina, { words: "Twice" });
  expect(await putAt(net.node(0), { ...other, ...token })).toBe("token_spent");
  const forged = { ...token, token: { input: randomBytes(32), output: randomBytes(64) } };
  expect(await putAt(net.node(0), { ...other, ...forged })).toBe("token_spent");
  expect(
    await putAt(net.node(0), {
      ...other,
      ...(await takeToken(carla, net.node(0))),
      from: net.node(1).name,
    }),
  ).toBe("token_spent");
  expect(
    await putAt(net.node(0), {
      ...other,
      ...(await takeToken(carla, net.node(0))),
      letter: new Uint8Array(LIMITS.requestLetterBytes + 1),
    }),
  ).toBe("malformed");
  await amina.commands["requests.delete"]({ identityId: carla.identityId });
  // Under a new token and in a new box row it is still the letter that was answered.
  expect(await putAt(net.node(0), { ...put, ...(await takeToken(carla, net.node(0))) })).toBeNull();
  await writeByHand(carla, amina, { words: "And another" });
  await wroteTo(amina, "And another");
  expect((await amina.now("requests.list", {})).map(({ words }) => words)).toEqual(["And another"]);
  await amina.commands["requests.delete"]({ identityId: carla.identityId });
});

test("a flood from one node ends at its limit, and others still get through", async () => {
  const target = await net.person({ node: 0, name: "target", displayName: "Target" });
  nextDay();
  const answers = [];
  for (let i = 0; i < LIMITS.requestsPerPersonNode + 2; i++)
    answers.push(await writeByHand(carla, target, { words: `Flood ${i}` }));
  expect(answers.filter((one) => one === null)).toHaveLength(LIMITS.requestsPerPersonNode);
  expect(answers.at(-1)).toBe("letters_limited");
  const fatma = await net.person({ node: 1, name: "fatma", displayName: "Fatma" });
  const spaceId = await writeTo(fatma, target, "A word of my own");
  await wroteTo(target, "A word of my own");
  expect(await fatma.now("requests.written", { spaceId })).toMatchObject({ state: "waiting" });
  // One account asks for so many tokens a day, and its own node says so.
  await expect(
    (async () => {
      for (let i = 0; i <= LIMITS.requestsPerAccount; i++) await takeToken(carla, net.node(0));
    })(),
  ).rejects.toMatchObject({ code: "letters_limited", data: { whose: "account" } });
});

test("an administrator reads what was reported, and shuts a node out for everybody", async () => {
  nextDay();
  const link = await net.node(0).running().setupLink();
  chief = await net.person({ node: 0, name: "chief", displayName: "Chief" });
  await chief.commands["node.claim"]({ setup: fragmentOf(link ?? "") });
  const gita = await net.person({ node: 2, name: "gita", displayName: "Gita" });
  await writeTo(gita, amina, "Buy this");
  await wroteTo(amina, "Buy this");
  await amina.commands["requests.report"]({
    identityId: gita.identityId,
    words: true,
    note: "She sells things",
  });
  await amina.commands["requests.report"]({ identityId: gita.identityId, words: false, note: "" });
  const { reports } = await chief.commands["admin.reports"]({});
  expect(reports).toMatchObject([
    {
      by: "amina",
      content: { address: gita.address, words: "Buy this", note: "She sells things" },
    },
    { by: "amina", content: { address: gita.address, words: null, note: "" } },
  ]);
  // Nobody reads it who came to the office later, and the node never did.
  const later = await net.person({ node: 0, name: "later", displayName: "Later" });
  await chief.commands["admin.setRole"]({ name: "later", role: "administrator" });
  const sealed = await later.commands["admin.reports"]({});
  expect(sealed.reports.map(({ by, content }) => [by, content])).toEqual([
    ["amina", null],
    ["amina", null],
  ]);
  for (const { name, bytes } of await filesBelow(net.node(0).dataDir))
    expect(findCanaries(name, bytes, ["She sells things"])).toEqual([]);
  await expect(amina.commands["admin.reports"]({})).rejects.toMatchObject({ code: "forbidden" });
  await chief.commands["admin.closeReport"]({ reportId: reports[0]?.reportId ?? "" });
  expect((await chief.commands["admin.reports"]({})).reports).toHaveLength(1);

  await chief.commands["admin.blockNode"]({ node: net.node(2).name, blocked: true });
  const hana = await net.person({ node: 2, name: "hana", displayName: "Hana" });
  await expect(writeTo(hana, amina, "Buy that")).rejects.toMatchObject({ code: "node_blocked" });
  expect(await hana.now("spaces", {})).toEqual([]);
  await chief.commands["admin.blockNode"]({ node: net.node(2).name, blocked: false });
  await writeTo(hana, amina, "Buy that");
  await wroteTo(amina, "Buy that");
});

test("what strangers wrote and whom one blocks are the same on all of a person's devices", async () => {
  const ivo = await net.person({ node: 1, name: "ivo", displayName: "Ivo" });
  const jana = await net.person({ node: 0, name: "jana", displayName: "Jana" });
  const phone = await jana.bareDevice();
  await pairByPicture(jana, phone);
  const spaceId = await writeTo(ivo, jana, "On both");
  await wroteTo(jana, "On both");
  await wroteTo(phone, "On both");
  await phone.commands["requests.accept"]({ identityId: ivo.identityId });
  await phone.until("space", { spaceId }, (space) => space?.state === "active");
  await jana.until("requests.list", {}, (list) => list.length === 0);
  await untilText(phone, spaceId, "On both");
  await phone.commands["requests.block"]({ identityId: ivo.identityId });
  await jana.until("requests.blocks", {}, ({ people }) => people.length === 1);
  await phone.until("spaces", {}, (spaces) => spaces.some((one) => one.archived));
});

test("two who give their conversation no title see each other's names, and nobody comes by a blocked person's link", async () => {
  const [kofi, lena] = [
    await net.person({ node: 0, name: "kofi", displayName: "Kofi" }),
    await net.person({ node: 1, name: "lena", displayName: "Lena" }),
  ];
  const { spaceId } = await kofi.commands["space.create"]({
    title: "Two people",
    kind: "pair",
    untitled: true,
  });
  const { link } = await kofi.commands["space.invite"]({ spaceId, days: 7 });
  const fragment = fragmentOf(link);
  expect(await lena.commands["space.readInvitation"]({ fragment })).toMatchObject({
    title: "Kofi",
    kind: "pair",
  });
  await lena.commands["person.find"]({ address: kofi.address });
  await lena.commands["requests.block"]({ identityId: kofi.identityId });
  await expect(lena.commands["space.readInvitation"]({ fragment })).rejects.toMatchObject({
    code: "blocked",
  });
  await lena.commands["requests.unblock"]({ identityId: kofi.identityId });
  await lena.commands["space.ask"]({ fragment });
  await lena.until("spaces", {}, (spaces) => spaces.some(({ title }) => title === "Kofi"));
  await kofi.until("spaces", {}, (spaces) => spaces.some(({ title }) => title === "Lena"));
});

test("a block that is undone leaves everything as it was", async () => {
  const spaceId = await pairOf(bruno, amina);
  const row = async () =>
    (await amina.now("spaces", {})).find((one) => one.spaceId === spaceId) ?? null;
  const until = 8_640_000_000_000_000;
  await amina.commands["marks.mute"]({ spaceIds: [spaceId], until });
  for (let twice = 0; twice < 2; twice++)
    await amina.commands["requests.block"]({ identityId: bruno.identityId });
  expect(await row()).toMatchObject({ archived: true, mutedUntil: until });
  await amina.commands["requests.unblock"]({ identityId: bruno.identityId });
  expect(await row()).toMatchObject({ archived: false, mutedUntil: until });
  await amina.commands["marks.mute"]({ spaceIds: [spaceId], until: null });
  await amina.commands["requests.block"]({ identityId: bruno.identityId });
  await amina.commands["requests.unblock"]({ identityId: bruno.identityId });
  expect(await row()).toMatchObject({ archived: false, mutedUntil: 0 });

  const ola = await net.person({ node: 1, name: "ola", displayName: "Ola" });
  await writeTo(ola, amina, "By mistake");
  await wroteTo(amina, "By mistake");
  await amina.commands["requests.block"]({ identityId: ola.identityId });
  await amina.until("requests.list", {}, (list) => list.every((one) => one.name !== "Ola"));
  await amina.commands["requests.unblock"]({ identityId: ola.identityId });
  await wroteTo(amina, "By mistake");
  await amina.commands["requests.blockNode"]({ node: net.node(1).name });
  await amina.until("requests.list", {}, (list) => list.every((one) => one.name !== "Ola"));
  await amina.commands["requests.unblockNode"]({ node: net.node(1).name });
  await wroteTo(amina, "By mistake");
  await amina.commands["requests.delete"]({ identityId: ola.identityId });
});

test("a letter that leads into a group, whatever it and its card say, brings nobody into it", async () => {
  const [gina, hugo] = [
    await net.person({ node: 1, name: "gina", displayName: "Gina" }),
    await net.person({ node: 0, name: "hugo", displayName: "Hugo" }),
  ];
  const spaceId = await spaceOf(gina, [bruno], { title: "A trap" });
  const { link } = await gina.commands["space.invite"]({ spaceId, days: 7 });
  const { secret } = decodeJoinFragment(fragmentOf(link));
  const { cardId } = cardKeys(secret);
  const { sealed } = await callAt(gina.node, "cards.get", { cardId });
  const card = await openCard(cardKeys(secret).key, sealed);
  const mine = randomBytes(32);
  const made = cardKeys(mine);
  const [account] = storeRows<{ session: Bytes }>(gina.directory, "SELECT session FROM account");
  await callAt(
    gina.node,
    "cards.put",
    {
      cardId: made.cardId,
      sealed: await sealCard(made.key, { ...card, kind: "pair" }),
      expires: card.expires,
    },
    account?.session,
  );
  await gina.kill();
  const db = new DatabaseSync(join(gina.directory, "store.db"));
  const id = toHex(made.cardId);
  db.prepare("INSERT INTO cards VALUES (?, ?, ?, ?)").run(id, spaceId, mine, card.expires);
  db.prepare("INSERT INTO links VALUES (?, ?, '', 0, ?, NULL, 0, NULL, NULL, NULL)").run(
    id,
    spaceId,
    card.expires,
  );
  db.close();
  await gina.restart();
  expect(await writeByHand(gina, hugo, { words: "Just us two", secret: mine })).toBeNull();
  await wroteTo(hugo, "Just us two");
  await hugo.commands["requests.accept"]({ identityId: gina.identityId });
  // Her device lets him in, and his does not go.
  await gina.until("people", { spaceId }, (people) => people.some(({ name }) => name === "Hugo"));
  const spoken = await writeTo(bruno, hugo, "After that");
  await wroteTo(hugo, "After that");
  expect(spoken).not.toBe(spaceId);
  expect(await hugo.now("space", { spaceId })).toBeNull();
  expect((await gina.now("people", { spaceId })).map(({ name }) => name)).not.toContain("");
});

test("what somebody says in a conversation of two is reported with exactly what one shows", async () => {
  const spaceId = await pairOf(bruno, amina);
  const { eventId } = await bruno.commands["chat.send"]({ spaceId, text: "Pay or else" });
  await untilText(amina, spaceId, "Pay or else");
  const report = (words: boolean, about: string) =>
    amina.commands["requests.report"]({
      identityId: bruno.identityId,
      words,
      note: about,
      message: { spaceId, eventId },
    });
  await report(true, "with words");
  await report(false, "without");
  const { reports } = await chief.commands["admin.reports"]({});
  const contents = reports.map(({ content }) => content);
  expect(contents).toContainEqual(
    expect.objectContaining({ address: bruno.address, note: "with words", words: "Pay or else" }),
  );
  expect(contents.find((one) => one?.note === "without")?.words).toBeNull();
  // Of what somebody else said, or of people whom one does not know, there is nothing to report.
  await expect(
    amina.commands["requests.report"]({
      identityId: "ab".repeat(32),
      words: true,
      note: "",
      message: { spaceId, eventId },
    }),
  ).rejects.toMatchObject({ code: "invalid" });
});

/** What a program of their own does with the keys of somebody's device. */
type Words = { words: string; address?: string; secret?: Bytes };

async function letterOf(
  from: Person,
  to: Person,
  { words, address = from.address, secret = randomBytes(32) }: Words,
): Promise<{ to: Bytes; from: string; letterId: Bytes; letter: Bytes }> {
  const [account] = storeRows<{ device_cert: Bytes; device_key: Bytes }>(
    from.directory,
    "SELECT device_cert, device_key FROM account",
  );
  if (account === undefined) throw new Error("nobody is there");
  const identityId = fromHex(to.identityId);
  const { boxKey } = await callAt(to.node, "identity.lookup", { identityId });
  const { letterId, letter } = await sealLetter({
    from: {
      certificate: decodeCbor(account.device_cert) as unknown as DeviceCertificate,
      privateKey: account.device_key,
    },
    to: identityId,
    boxKey,
    kind: "request",
    body: writeAs(requestBody, {
      profile: { name: from.displayName, address },
      words,
      node: from.node.name,
      secret,
    }),
    at: Date.now(),
  });
  return { to: identityId, from: from.node.name, letterId, letter };
}

/** @returns the code of the refusal; null: it was taken */
async function writeByHand(from: Person, to: Person, words: Words): Promise<string | null> {
  const token = await takeToken(from, to.node);
  return putAt(to.node, { ...(await letterOf(from, to, words)), ...token });
}

async function takeToken(from: Person, at: TestNode) {
  const [account] = storeRows<{ session: Bytes }>(from.directory, "SELECT session FROM account");
  const { period, publicKey } = await callAt(at, "requests.key", { from: from.node.name });
  const pending = blindToken();
  const issued = await callAt(
    from.node,
    "requests.token",
    { node: at.name, blinded: pending.blinded },
    account?.session,
  );
  const answer = { evaluated: [issued.evaluated], proof: issued.proof };
  return { period, token: finalizeToken(pending, answer, publicKey) };
}

async function putAt(node: TestNode, request: RequestOf<"requests.put">): Promise<string | null> {
  try {
    await callAt(node, "requests.put", request);
    return null;
  } catch (error) {
    if (error instanceof Error && "code" in error) return String(error.code);
    throw error;
  }
}

async function callAt<N extends RouteName>(
  node: TestNode,
  name: N,
  request: RequestOf<N>,
  session?: Bytes,
): Promise<ResponseOf<N>> {
  const transport = nodeTransport(node.url);
  try {
    const { status, body } = await transport.request(
      PATHS.api + name,
      encodeRequest(name, request),
      {
        headers: {
          "content-type": "application/cbor",
          ...(session === undefined ? {} : { authorization: `Bearer ${toBase64url(session)}` }),
        },
      },
    );
    return decodeResponse(name, status, body);
  } finally {
    transport.close();
  }
}
