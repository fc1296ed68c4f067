import {
  ed25519Generate,
  encodeKeyConfigs,
  gatewayKeys,
  randomBytes,
  signNodeRecord,
} from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { expect, test } from "vitest";
import { nodeClock, openNodeStore } from "../../platform/node/index.ts";
import { CORE_MIGRATIONS } from "../schema.ts";
import { migrate } from "../store/migrate.ts";
import type { OwnNode } from "./own-node.ts";
import { createRemote } from "./remote.ts";

const NODE = "other.example";
const DAY = 24 * 60 * 60_000;

async function recordOf(nodeKey: Bytes, notAfter = Date.now() + DAY, name = NODE): Promise<Bytes> {
  return signNodeRecord(nodeKey, {
    v: 1,
    minVersion: 1,
    maxVersion: 1,
    name,
    gatewayKeys: encodeKeyConfigs([await gatewayKeys(randomBytes(32))]),
    tokenKey: randomBytes(32),
    notAfter,
    software: "test",
  });
}

/** A device whose own node answers as told. */
async function device(answers: { record: () => Promise<Bytes>; encapsulated?: Bytes }) {
  const store = await openNodeStore(":memory:");
  await migrate(store, CORE_MIGRATIONS);
  const call = async (name: string) =>
    name === "relay.node"
      ? { record: await answers.record() }
      : { encapsulated: answers.encapsulated };
  const own = { call } as unknown as OwnNode;
  return { store, remote: createRemote(own, store, nodeClock(), () => "own.example") };
}

test.each([0, 5, 200])(
  "a gateway's or relay's answer of %s made-up bytes is a failure of that node, like any other",
  async (length) => {
    const { privateKey } = ed25519Generate();
    const encapsulated = randomBytes(length);
    const { remote } = await device({ record: () => recordOf(privateKey), encapsulated });
    const asked = remote.call(NODE, "cards.get", { cardId: randomBytes(16) });
    await expect(asked).rejects.toMatchObject({ name: "ProtocolError", code: "unavailable" });
  },
);

test("another key than the pinned one, another name and an old record are refused", async () => {
  const { publicKey, privateKey } = ed25519Generate();
  let record = () => recordOf(ed25519Generate().privateKey);
  const { remote } = await device({ record: () => record() });
  await remote.pin(NODE, publicKey);
  await expect(remote.tokenKey(NODE)).rejects.toMatchObject({ code: "bad_signature" });
  record = () => recordOf(privateKey, Date.now() - DAY);
  await expect(remote.tokenKey(NODE)).rejects.toMatchObject({ code: "unavailable" });
  record = () => recordOf(privateKey, Date.now() + DAY, "third.example");
  await expect(remote.tokenKey(NODE)).rejects.toMatchObject({ code: "bad_signature" });
  record = () => recordOf(privateKey);
  expect(await remote.tokenKey(NODE)).toHaveLength(32);
  await expect(remote.pin(NODE, randomBytes(32))).rejects.toMatchObject({ code: "bad_signature" });
});
