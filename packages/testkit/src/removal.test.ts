import {
  appendDigest,
  decodeGroup,
  epochKeys,
  exportSecret,
  groupId,
  headerHash,
  openEntry,
  processCommit,
  readDeviceCredential,
  readHeader,
  sealEntry,
  signAppend,
  verifyDeviceCertificate,
} from "@baraza/crypto";
import type { Bytes, StoredEntry } from "@baraza/protocol";
import {
  decodeCbor,
  decodeResponse,
  encodeRequest,
  fromHex,
  PATHS,
  ProtocolError,
} from "@baraza/protocol";
import { nodeTransport } from "@baraza/engine/node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hubEntries, keyCandidates, storeRows } from "./inspect.ts";
import type { Network } from "./network.ts";
import { network } from "./network.ts";
import type { Person } from "./person.ts";
import { messagesOf, spaceOf, untilText } from "./spaces.ts";

let net: Network;
let amina: Person;
let bruno: Person;
let carla: Person;
let spaceId: string;
/** Bruno's store as it was when he was a member still. */
let former: string;

beforeAll(async () => {
  net = await network({ nodes: 2 });
  amina = await net.person({ node: 0, name: "amina" });
  bruno = await net.person({ node: 1, name: "bruno" });
  carla = await net.person({ node: 0, name: "carla" });
  spaceId = await spaceOf(amina, [bruno, carla]);
  await bruno.commands["chat.send"]({ spaceId, text: "while I am here" });
  for (const one of [amina, carla]) await untilText(one, spaceId, "while I am here");
  former = await bruno.backup();
  await amina.commands["space.remove"]({ spaceId, identityId: bruno.identityId });
  await bruno.until("space", { spaceId }, (space) => space?.state === "removed");
  await amina.commands["chat.send"]({ spaceId, text: "now without him" });
  await untilText(carla, spaceId, "now without him");
});
afterAll(() => net.close());

type SpaceSecrets = { mls: Bytes | null; seat_key: Bytes; epoch: number };

function secretsOf(directory: string): SpaceSecrets {
  const [row] = storeRows<SpaceSecrets>(
    directory,
    "SELECT mls, seat_key, epoch FROM spaces WHERE log_id = ?",
    spaceId,
  );
  if (row === undefined) throw new Error("no space");
  return row;
}

/** All blobs of the tables in which secrets lie. */
function secretBlobs(directory: string): Uint8Array[] {
  const tables = ["spaces", "epochs", "pending_commits", "key_packages", "account", "box_keys"];
  return tables.flatMap((table) =>
    storeRows<Record<string, unknown>>(directory, `SELECT * FROM ${table}`).flatMap((row) =>
      Object.values(row).filter((value) => value instanceof Uint8Array),
    ),
  );
}

/** How many candidates open the entry. */
async function openedBy(keys: Iterable<Bytes>, entry: StoredEntry): Promise<number> {
  let opened = 0;
  let batch: Promise<void>[] = [];
  for (const contentKey of keys) {
    batch.push(
      openEntry({ contentKey, headerBytes: entry.header, body: entry.body }).then(
        () => void (opened += 1),
        () => undefined,
      ),
    );
    if (batch.length < 500) continue;
    await Promise.all(batch);
    batch = [];
  }
  await Promise.all(batch);
  return opened;
}

function lastEntry(): StoredEntry {
  const entry = hubEntries(net.node(0), spaceId).findLast(
    (one) => readHeader(one.header).kind === "entry",
  );
  if (entry === undefined) throw new Error("no entry");
  return entry;
}

test("the removed keeps what was said to them, is told, and cannot write", async () => {
  expect((await messagesOf(bruno, spaceId)).map((one) => one.text)).toEqual(["while I am here"]);
  const { messages } = await bruno.now("chat.messages", { spaceId, limit: 50 });
  expect(messages.at(-1)?.notice).toMatchObject({ kind: "removed", by: "amina" });
  await expect(bruno.commands["chat.send"]({ spaceId, text: "hello?" })).rejects.toMatchObject({
    code: "not_member",
  });
});

test("no 32 bytes in the removed person's stores open an entry of the next epoch; a member's do", async () => {
  const entry = lastEntry();
  expect(readHeader(entry.header).epoch).toBe(secretsOf(carla.directory).epoch);
  expect(await openedBy(keyCandidates(secretBlobs(carla.directory)), entry)).toBe(1);
  for (const directory of [former, bruno.directory])
    expect(await openedBy(keyCandidates(secretBlobs(directory)), entry)).toBe(0);
}, 60_000);

test("the group state from before the removal derives nothing of the next epoch", async () => {
  const { mls, epoch } = secretsOf(former);
  if (mls === null) throw new Error("Bruno had no group");
  const group = await decodeGroup(mls);
  const entry = lastEntry();
  const derive = (one: typeof group) =>
    epochKeys((label, context, length) => exportSecret(one, label, context, length), groupId(one));
  const before = await derive(group);
  // It was the group's state: it opens the commit that removes him.
  const removal = hubEntries(net.node(0), spaceId).find((one) => {
    const header = readHeader(one.header);
    return header.kind === "commit" && header.epoch === epoch;
  });
  if (removal === undefined) throw new Error("no commit");
  const { event } = await openEntry({
    contentKey: before.contentKey,
    headerBytes: removal.header,
    body: removal.body,
  });
  expect(await openedBy([before.contentKey], entry)).toBe(0);
  // A program without any scruples processes the commit with his keys.
  const { mls: message } = decodeCbor(event.payload) as { mls: Bytes };
  const { group: next } = await processCommit(group, message, {
    verifyCredential: async (credential) => {
      const { identityId } = await verifyDeviceCertificate(readDeviceCredential(credential));
      return { identity: identityId };
    },
    authorise: () => undefined,
  });
  expect(next).toBeNull();
});

test("the hub takes nothing signed with the former posting key, and reads nothing out to the former seat", async () => {
  const { mls, seat_key: seatKey } = secretsOf(former);
  const group = await decodeGroup(mls ?? new Uint8Array());
  const { contentKey, posting } = await epochKeys(
    (label, context, length) => exportSecret(group, label, context, length),
    groupId(group),
  );
  const transport = nodeTransport(net.node(0).url);
  const now = secretsOf(carla.directory);
  const { event } = await openEntry({
    contentKey: storeRows<{ content_key: Bytes }>(
      carla.directory,
      "SELECT content_key FROM epochs WHERE log_id = ? AND epoch = ?",
      spaceId,
      now.epoch,
    )[0]!.content_key,
    headerBytes: lastEntry().header,
    body: lastEntry().body,
  });
  for (const epoch of [now.epoch - 1, now.epoch]) {
    const { header, body } = await sealEntry({
      contentKey,
      header: {
        v: 1,
        suite: 1,
        logId: fromHex(spaceId),
        gen: 0,
        kind: "entry",
        epoch,
        appendId: new Uint8Array(16).fill(epoch),
        blobs: [],
      },
      event,
    });
    const sig = await signAppend(posting.privateKey, appendDigest([headerHash(header)]));
    const answer = await transport.request(
      `${PATHS.api}logs.append`,
      encodeRequest("logs.append", {
        logId: fromHex(spaceId),
        entries: [{ header, body }],
        sigs: { posting: sig },
      }),
      { headers: { "content-type": "application/cbor" } },
    );
    expect(() => decodeResponse("logs.append", answer.status, answer.body)).toThrow(ProtocolError);
  }
  expect(seatKey).toHaveLength(32);
  const removedAt = hubEntries(net.node(0), spaceId).findLast(
    (one) => readHeader(one.header).steward?.op === "removeSeat",
  )?.seq;
  const [row] = storeRows<{ seq: number }>(
    bruno.directory,
    "SELECT seq FROM spaces WHERE log_id = ?",
    spaceId,
  );
  expect(row?.seq).toBeLessThanOrEqual(removedAt ?? 0);
  transport.close();
});
