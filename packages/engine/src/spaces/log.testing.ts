/**
 * A space of one real device (the steward, by the engine's own code) and of members made of bare crypto, who can do what
 * no honest program does; and a hub in memory that stores whatever it is given and signs true heads.
 */
import type { Device, Ed25519KeyPair, Group, Identity } from "@baraza/crypto";
import {
  appendDigest,
  commit,
  createBoxKey,
  createDevice,
  createIdentity,
  createKeyPackage,
  deviceCredential,
  ed25519Generate,
  epoch,
  genesisHead,
  headerHash,
  identityIdOf,
  join,
  nextHead,
  NO_EVENT,
  openEntry,
  openLetter,
  ownHash,
  processCommit,
  randomBytes,
  readHeader,
  sealEntry,
  signAppend,
  signEvent,
  signHead,
} from "@baraza/crypto";
import type {
  Bytes,
  DecisionProof,
  EntryHeader,
  Head,
  Reply,
  SealedEvent,
  StoredEntry,
} from "@baraza/protocol";
import {
  boxesPut,
  encodeCbor,
  LIMITS,
  logsAppend,
  readAs,
  toHex,
  welcomeBody,
  writeAs,
} from "@baraza/protocol";
import { nodePlatform } from "../../platform/node/index.ts";
import type { Core, Me } from "../core.ts";
import { DEVICES_MIGRATIONS } from "../devices/schema.ts";
import { PEOPLE_MIGRATIONS } from "../people/tables.ts";
import { HANDOVER_MIGRATIONS } from "../handover/tables.ts";
import { LEADING_MIGRATIONS } from "../leading/tables.ts";
import { MOVING_MIGRATIONS } from "../moving/tables.ts";
import { REQUESTS_MIGRATIONS } from "../requests/tables.ts";
import { CORE_MIGRATIONS } from "../schema.ts";
import { SLOT_MIGRATIONS } from "../slots/tables.ts";
import { VANISH_MIGRATIONS } from "../vanish/tables.ts";
import { migrate } from "../store/migrate.ts";
import { tools } from "../tools/index.ts";
import { need } from "../util.ts";
import { addIntent, carryOut } from "./commit.ts";
import { createSpace } from "./create.ts";
import { SPACE_EVENTS } from "./events.ts";
import type { FollowUp } from "./draft.ts";
import { flush } from "./flush.ts";
import { applyEntries } from "./process.ts";
import { checksFor } from "./roster.ts";
import type { SpaceRuntime } from "./runtime.ts";
import { keysOf, needSpace } from "./runtime.ts";
import { seatIdOfKey } from "./seat.ts";

const HUB = "hub.localhost";
/** An insider's program asks nobody whether it may. */
const WITHOUT_SCRUPLES = { ...checksFor(null, new Set()), authorise: () => undefined };
const EMPTY = new Uint8Array();

/** Somebody outside with what it takes to ask. */
export type Stranger = {
  identity: Identity;
  device: Device;
  seat: { publicKey: Bytes; privateKey: Bytes };
  keyPackage: Bytes;
  privateParts: Bytes;
  boxKeys: Record<string, Bytes>;
  reply: Reply;
};

/** A member without a program: keys, a group state, and a chain of events. */
export type Insider = Stranger & {
  group: Group;
  /** Content keys by epoch. */
  keys: Map<number, Bytes>;
  counter: number;
  prevOwnHash: Bytes;
};

/** What an insider puts into the log. */
export type Forgery = {
  kind?: EntryHeader["kind"];
  type: string;
  payload: unknown;
  epoch?: number;
  parts?: Partial<EntryHeader>;
  /** The outer signatures over the header; the posting key's when left out. */
  sign?: (header: Bytes) => Promise<StoredEntry["sigs"]>;
  seen?: SealedEvent["seen"];
};

export type TestSpace = {
  readonly core: Core;
  readonly log: StoredEntry[];
  /** The hub's own key pair. */
  readonly hubKey: Ed25519KeyPair;
  /** What the nodes answer, by route. */
  readonly answers: Record<string, (request: never) => unknown>;
  space(): Promise<SpaceRuntime>;
  /** `since`: when the key package was made. */
  stranger(since?: number): Promise<Stranger>;
  /** Their wish to come in, as a letter that was checked leaves it. */
  wants(one: Stranger): Promise<void>;
  /** Adds somebody by the engine's own commit. */
  bring(): Promise<Insider>;
  /** Appends without any check and lets the engine read it. */
  forge(by: Insider, forgery: Forgery): Promise<FollowUp[]>;
  /** A commit by an insider; `garble` changes its MLS message so that nobody can follow. */
  commit(
    by: Insider,
    change: Parameters<typeof commit>[1],
    garble?: boolean,
    decision?: DecisionProof,
  ): Promise<FollowUp[]>;
  /** Takes an insider along to the epoch that the last commit in the log began. */
  follow(by: Insider): Promise<void>;
  texts(): Promise<string[]>;
  head(): Promise<Head>;
  close(): Promise<void>;
};

/** Makes one. `history` is the space's policy. */
export async function testSpace(history: "none" | "all" = "none"): Promise<TestSpace> {
  const platform = nodePlatform({ origin: "http://hub.localhost" });
  const store = await platform.openStore("test");
  await migrate(store, CORE_MIGRATIONS);
  await migrate(store, MOVING_MIGRATIONS, "moving");
  await migrate(store, LEADING_MIGRATIONS, "leading");
  await migrate(store, SLOT_MIGRATIONS, "slots");
  await migrate(store, DEVICES_MIGRATIONS, "devices");
  await migrate(store, HANDOVER_MIGRATIONS, "handover");
  await migrate(store, PEOPLE_MIGRATIONS, "people");
  await migrate(store, REQUESTS_MIGRATIONS, "requests");
  await migrate(store, VANISH_MIGRATIONS, "vanish");
  for (const tool of tools) await migrate(store, [{ version: 1, up: tool.schema }], tool.name);
  const hubKey = ed25519Generate();
  const log: StoredEntry[] = [];
  const now = () => platform.clock.now();
  let headNow: Bytes = EMPTY;
  let spaceId = "";

  const identity = await createIdentity();
  const device = await createDevice(identity.record, identity.privateKey, now());
  const box = await createBoxKey(identity, 1, now());
  const me: Me = {
    name: "steward",
    node: HUB,
    identityId: identityIdOf(identity.record),
    id: toHex(identityIdOf(identity.record)),
    profile: { name: "Steward", address: `steward@${HUB}` },
    role: "member",
    identity: identity.record,
    identityKey: identity.privateKey,
    device,
    deviceHash: toHex(device.hash),
    session: randomBytes(32),
    boxId: randomBytes(16),
    vaultKey: randomBytes(32),
  };
  await store.transaction((tx) => {
    tx.run(
      `INSERT INTO account (one, name, node, identity_id, display_name, role, identity, identity_key, device_cert,
         device_hash, device_key, session, box_id, vault_key, vault_version, vault_hash)
       VALUES (1, 'steward', ?, ?, 'Steward', 'member', ?, ?, ?, ?, ?, ?, ?, ?, 1, ?)`,
      [
        HUB,
        me.id,
        encodeCbor(identity.record),
        identity.privateKey,
        deviceCredential(device.certificate),
        me.deviceHash,
        device.privateKey,
        me.session,
        me.boxId,
        me.vaultKey,
        EMPTY,
      ],
    );
    tx.run("INSERT INTO box_keys VALUES (?, 1, ?, ?, ?)", [
      toHex(box.id),
      box.record,
      box.privateKey,
      box.notAfter,
    ]);
  });

  function take(header: Bytes, body: Bytes, sigs: StoredEntry["sigs"]): StoredEntry {
    const entry = { seq: log.length + 1, header, body, sigs };
    headNow = nextHead(headNow, entry.seq, header, sigs);
    log.push(entry);
    return entry;
  }
  const head = async () =>
    signHead(hubKey, {
      logId: (await space()).id,
      gen: 0,
      seq: log.length,
      head: headNow,
      time: now(),
    });
  const space = () => needSpace(core, spaceId);
  const answers: Record<string, (request: never) => unknown> = {
    "boxes.create": () => ({ boxId: randomBytes(16) }),
    "boxes.addresses": ({ count }: { count: number }) => ({
      addresses: Array.from({ length: count }, () => ({
        address: randomBytes(90),
        addressId: randomBytes(16),
      })),
    }),
    "logs.append": async (input: unknown) => {
      const { entries, sigs } = readAs(logsAppend.request, encodeCbor(input), LIMITS.appendBytes);
      const digest = appendDigest(entries.map((one) => headerHash(one.header)));
      const count = entries.length;
      const seqs = entries.map(
        (one, index) =>
          take(
            one.header,
            one.body,
            count === 1 ? sigs : { ...sigs, batch: { digest, index, count } },
          ).seq,
      );
      return { seqs, head: await head() };
    },
  };
  const call = async (name: string, request: unknown) => {
    const answer = answers[name];
    if (answer === undefined) throw new Error(`the test's hub has no ${name}`);
    return answer(request as never);
  };
  const core: Core = {
    store,
    platform,
    tools,
    own: { call: (name, request) => call(name, request) as never },
    remote: {
      call: (_node, name, request) => call(name, request) as never,
      nodeKey: async () => hubKey.publicKey,
      tokenKey: async () => EMPTY,
      pin: async () => undefined,
    },
    spaces: new Map(),
    files: () => Promise.reject(new Error("the test has no files")),
    context: () => {
      throw new Error("the test has no tools' context");
    },
    me: () => me,
    signedIn: () => true,
    setMe: () => undefined,
    line: () => "online",
    setLine: () => undefined,
    setProgress: () => undefined,
    deviceName: "",
    setClockOff: () => undefined,
    clocks: new Map(),
    onSignal: null,
    report: (error) => {
      throw error;
    },
    kick: () => undefined,
  };

  spaceId = await createSpace(core, { title: "Test", kind: "group", history });
  await store.run("DELETE FROM intents");
  headNow = genesisHead((await space()).row.genesis);
  await flush(core, await space());

  async function stranger(since = now()): Promise<Stranger> {
    const theirs = await createIdentity();
    const own = await createDevice(theirs.record, theirs.privateKey, now());
    const seat = ed25519Generate();
    const boxKey = await createBoxKey(theirs, 1, now());
    const made = await createKeyPackage({
      suite: "x25519",
      credential: deviceCredential(own.certificate),
      signatureKey: { publicKey: own.certificate.deviceKey, privateKey: own.privateKey },
      seatKey: seat.publicKey,
      now: since,
    });
    const identityId = identityIdOf(theirs.record);
    const reply = { node: HUB, address: randomBytes(90), identityId, boxKey: boxKey.record };
    return {
      identity: theirs,
      device: own,
      seat,
      boxKeys: { [toHex(boxKey.id)]: boxKey.privateKey },
      reply,
      ...made,
    };
  }
  /** Somebody has asked by a link of ours. */
  async function wants({ keyPackage, reply }: Stranger): Promise<void> {
    const cardId = randomBytes(16);
    await store.run("INSERT INTO cards VALUES (?, ?, ?, ?)", [
      toHex(cardId),
      spaceId,
      randomBytes(32),
      Number.MAX_SAFE_INTEGER,
    ]);
    await store.run("INSERT INTO intents (log_id, kind, data) VALUES (?, 'add', ?)", [
      spaceId,
      writeAs(addIntent, { keyPackages: [keyPackage], reply, cardId }),
    ]);
  }

  async function bring(): Promise<Insider> {
    const guest = await stranger();
    await wants(guest);
    await carryOut(core, await space());
    const sent = need(
      await store.get<{ request: Bytes }>("SELECT request FROM letters_out ORDER BY id DESC"),
      "welcome",
    );
    const { letter } = readAs(boxesPut.request, sent.request, LIMITS.letterBytes);
    const opened = await openLetter({
      letter,
      keys: guest.boxKeys,
      me: guest.reply.identityId,
    });
    const body = readAs(welcomeBody, opened.body, LIMITS.letterBytes);
    const group = await join(
      { ...guest, welcome: body.welcome, tree: body.tree },
      checksFor(null, new Set()),
    );
    const { contentKey } = await keysOf(group);
    return {
      ...guest,
      group,
      keys: new Map([[epoch(group), contentKey]]),
      counter: 0,
      prevOwnHash: NO_EVENT,
    };
  }

  async function put(by: Insider, forgery: Forgery): Promise<FollowUp[]> {
    const { id } = await space();
    const at = forgery.epoch ?? epoch(by.group);
    const event = await signEvent({
      logId: id,
      epoch: at,
      device: by.device,
      eventId: randomBytes(16),
      counter: by.counter + 1,
      prevOwnHash: by.prevOwnHash,
      seen: forgery.seen ?? { gen: 0, seq: log.length, head: headNow },
      type: forgery.type,
      typeVersion: 1,
      at: now(),
      payload: encodeCbor(forgery.payload),
    });
    by.counter += 1;
    by.prevOwnHash = ownHash(event);
    const { header, body } = await sealEntry({
      contentKey: need(by.keys.get(at), "content key"),
      header: {
        v: 1,
        suite: 1,
        logId: id,
        gen: 0,
        kind: forgery.kind ?? "entry",
        epoch: at,
        appendId: randomBytes(16),
        blobs: [],
        ...forgery.parts,
      },
      event,
    });
    const { posting } = await keysOf(by.group);
    const byPosting = async () => ({
      posting: await signAppend(posting.privateKey, appendDigest([headerHash(header)])),
    });
    const sigs = await (forgery.sign?.(header) ?? byPosting());
    const entry = take(header, body, sigs);
    return applyEntries(core, await space(), [entry], await head());
  }

  return {
    core,
    log,
    hubKey,
    answers,
    space,
    stranger,
    wants,
    bring,
    forge: put,
    head,
    commit: async (by, change, garble = false, decision) => {
      const made = await commit(by.group, change, WITHOUT_SCRUPLES);
      const next = await keysOf(made.pending);
      const mls = made.message.slice();
      if (garble) mls[mls.length - 1] = (mls[mls.length - 1] ?? 0) ^ 1;
      const after = await put(by, {
        kind: "commit",
        type: "space.commit",
        payload: { mls, ...(decision === undefined ? {} : { decision }) },
        parts: {
          nextPostingKey: next.posting.publicKey,
          seatId: seatIdOfKey(by.seat.publicKey),
          slotHash: null,
        },
      });
      by.group = made.pending;
      by.keys.set(made.epochAfter, next.contentKey);
      return after;
    },
    follow: async (by) => {
      const last = need(
        log.findLast((one) => readHeader(one.header).kind === "commit"),
        "commit",
      );
      const { event } = await openEntry({
        contentKey: need(by.keys.get(epoch(by.group)), "content key"),
        headerBytes: last.header,
        body: last.body,
      });
      const { mls } = readAs(
        SPACE_EVENTS["space.commit"].schema,
        event.payload,
        LIMITS.appendBytes,
      );
      const { group } = await processCommit(by.group, mls, WITHOUT_SCRUPLES);
      by.group = need(group, "group");
      by.keys.set(epoch(by.group), (await keysOf(by.group)).contentKey);
    },
    texts: async () =>
      (
        await store.all<{ payload: Bytes }>(
          "SELECT payload FROM events WHERE type = 'chat.message' ORDER BY seq",
        )
      ).map((row) => JSON.stringify([...row.payload])),
    close: () => store.close(),
  };
}
