/**
 * Large groups: adding 1,000 devices, joining that group, removing one; with real device certificates checked. The peer does
 * the same with bare ts-mls, which checks no certificate, in turns with ours in the same run. On both sides the tree goes
 * beside the welcome, not in it: inside, bare ts-mls takes four times as long to add 1,000.
 */
import {
  commit,
  createDevice,
  createGroup,
  createIdentity,
  createKeyPackage,
  deviceCredential,
  ed25519Generate,
  join,
  randomBytes,
  verifyDeviceCertificate,
} from "@baraza/crypto";
import type { Checks, Device, Group } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import {
  createCommit,
  createGroup as createBareGroup,
  defaultCapabilities,
  emptyPskIndex,
  encodeMlsMessage,
  generateKeyPackageWithKey,
  getCiphersuiteFromName,
  getCiphersuiteImpl,
  joinGroup,
} from "ts-mls";
import type { CiphersuiteImpl, ClientState, KeyPackage, PrivateKeyPackage } from "ts-mls";
import { median, report, timed } from "./lib/figure.ts";

const DEVICES = 1000;
const ROUNDS = 3;
const KIB = 1024;
const PEER = "bare ts-mls 1.6.4, same run, no certificates checked";

type Own = { device: Device; keyPackage: Bytes; privateParts: Bytes };
type Bare = { publicPackage: KeyPackage; privatePackage: PrivateKeyPackage };

const checks: Checks<{ identity: Bytes }> = {
  verifyCredential: async (credential, signatureKey) => {
    const verified = await verifyDeviceCertificate(credential);
    if (verified.deviceKey.some((byte, i) => byte !== signatureKey[i]))
      throw new Error("another key");
    return { identity: verified.identityId };
  },
  authorise: () => undefined,
};

async function ownPackages(count: number): Promise<Own[]> {
  const out: Own[] = [];
  for (let i = 0; i < count; i++) {
    const identity = await createIdentity();
    const device = await createDevice(identity.record, identity.privateKey, Date.now());
    const signatureKey = { publicKey: device.certificate.deviceKey, privateKey: device.privateKey };
    const seatKey = ed25519Generate().publicKey;
    const made = await createKeyPackage({
      suite: "x25519",
      credential: deviceCredential(device.certificate),
      signatureKey,
      seatKey,
    });
    out.push({ device, ...made });
  }
  return out;
}

/** Verified certificates are remembered; every measured step starts without that memory. */
async function forgetCertificates(spare: readonly Own[]): Promise<void> {
  for (const { device } of spare) await verifyDeviceCertificate(device.certificate);
}

async function barePackages(owns: readonly Own[], cs: CiphersuiteImpl): Promise<Bare[]> {
  const out: Bare[] = [];
  for (const { device } of owns) {
    out.push(
      await generateKeyPackageWithKey(
        { credentialType: "basic", identity: deviceCredential(device.certificate) },
        defaultCapabilities(),
        { notBefore: 0n, notAfter: 9_223_372_036_854_775_807n },
        [],
        { publicKey: device.certificate.deviceKey, signKey: device.privateKey },
        cs,
      ),
    );
  }
  return out;
}

const cs = await getCiphersuiteImpl(
  getCiphersuiteFromName("MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519"),
);
const owns = await ownPackages(DEVICES + 1);
const spare = await ownPackages(2200);
const bares = await barePackages(owns, cs);
const [first, ...others] = owns;
const [bareFirst, ...bareOthers] = bares;
if (first === undefined || bareFirst === undefined) throw new Error("no devices");

const times = { add: [] as number[], join: [] as number[], remove: [] as number[] };
const bareTimes = { add: [] as number[], join: [] as number[], remove: [] as number[] };
const sizes = { commit: 0, welcome: 0, remove: 0 };
const bareSizes = { commit: 0, welcome: 0, remove: 0 };

async function ownRound(): Promise<void> {
  const group: Group = await createGroup({
    suite: "x25519",
    groupId: randomBytes(32),
    keyPackage: first?.keyPackage ?? new Uint8Array(),
    privateParts: first?.privateParts ?? new Uint8Array(),
    contextExtension: new Uint8Array(),
  });
  await forgetCertificates(spare);
  const added = await timed(() =>
    commit(group, { add: others.map((one) => one.keyPackage) }, checks),
  );
  const { welcome, tree } = added.result;
  const joiner = others[500];
  if (welcome === null || joiner === undefined) throw new Error("no welcome");
  await forgetCertificates(spare);
  const joined = await timed(() => join({ ...joiner, welcome, tree }, checks));
  const removed = await timed(() => commit(joined.result, { remove: [700] }, checks));
  times.add.push(added.ms);
  times.join.push(joined.ms);
  times.remove.push(removed.ms);
  sizes.commit = added.result.message.length;
  sizes.welcome = welcome.length;
  sizes.remove = removed.result.message.length;
}

async function bareRound(): Promise<void> {
  const state: ClientState = await createBareGroup(
    randomBytes(32),
    bareFirst?.publicPackage as KeyPackage,
    bareFirst?.privatePackage as PrivateKeyPackage,
    [],
    cs,
  );
  const extraProposals = bareOthers.map(
    (one) => ({ proposalType: "add", add: { keyPackage: one.publicPackage } }) as const,
  );
  const added = await timed(() =>
    createCommit({ state, cipherSuite: cs }, { extraProposals, wireAsPublicMessage: true }),
  );
  const { welcome } = added.result;
  const joiner = bareOthers[500];
  if (welcome === undefined || joiner === undefined) throw new Error("no welcome");
  const joined = await timed(() =>
    joinGroup(
      welcome,
      joiner.publicPackage,
      joiner.privatePackage,
      emptyPskIndex,
      cs,
      added.result.newState.ratchetTree,
    ),
  );
  const removed = await timed(() =>
    createCommit(
      { state: joined.result, cipherSuite: cs },
      {
        extraProposals: [{ proposalType: "remove", remove: { removed: 700 } }],
        wireAsPublicMessage: true,
      },
    ),
  );
  bareTimes.add.push(added.ms);
  bareTimes.join.push(joined.ms);
  bareTimes.remove.push(removed.ms);
  bareSizes.commit = encodeMlsMessage(added.result.commit).length;
  bareSizes.welcome = encodeMlsMessage({
    version: "mls10",
    wireformat: "mls_welcome",
    welcome,
  }).length;
  bareSizes.remove = encodeMlsMessage(removed.result.commit).length;
}

for (let round = 0; round < ROUNDS; round++) {
  await ownRound();
  await bareRound();
}

report({
  figure: "groups.add1000",
  value: median(times.add),
  unit: "ms",
  peer: PEER,
  peerValue: median(bareTimes.add),
});
report({
  figure: "groups.join1000",
  value: median(times.join),
  unit: "ms",
  peer: PEER,
  peerValue: median(bareTimes.join),
});
report({
  figure: "groups.remove1000",
  value: median(times.remove),
  unit: "ms",
  peer: PEER,
  peerValue: median(bareTimes.remove),
});
report({
  figure: "groups.add1000.commit",
  value: sizes.commit / KIB,
  unit: "KiB",
  peer: PEER,
  peerValue: bareSizes.commit / KIB,
});
report({
  figure: "groups.add1000.welcome",
  value: sizes.welcome / KIB,
  unit: "KiB",
  peer: PEER,
  peerValue: bareSizes.welcome / KIB,
});
report({
  figure: "groups.remove1000.commit",
  value: sizes.remove / KIB,
  unit: "KiB",
  peer: PEER,
  peerValue: bareSizes.remove / KIB,
});
