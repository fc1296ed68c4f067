/** Welcomes and GroupInfos: what lets somebody in (RFC 9420, section 12.4.3). */
import { equalBytes } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import { mapConcurrently } from "./checks.ts";
import { MLS_LIMITS, MlsRefused, limitSize, refusingSync } from "./errors.ts";
import type { Group } from "./group.ts";
import { refOf } from "./key-package.ts";
import {
  decodeMessage,
  encodeGroupContext,
  encodeMessage,
  encryptGroupInfo,
  encryptGroupSecrets,
  signGroupInfo,
  verifyGroupInfoSignature,
} from "./library.ts";
import type { GroupInfo, KeyPackage, Welcome } from "./library.ts";
import { leafAt } from "./tree.ts";
import { isBelow } from "./tree-math.ts";

/** Makes the welcome to the epoch of `group` for devices that its commit added; null when there are none. */
export async function makeWelcome(
  group: Group,
  newcomers: readonly { readonly keyPackage: KeyPackage; readonly leaf: number }[],
  pathSecrets: ReadonlyMap<number, Bytes>,
  next: { readonly joinerSecret: Uint8Array; readonly welcomeSecret: Uint8Array },
): Promise<Bytes | null> {
  if (newcomers.length === 0) return null;
  const { suite } = group;
  const { cs } = suite;
  const info = await signGroupInfo(
    {
      groupContext: group.context,
      extensions: [],
      confirmationTag: group.confirmationTag,
      signer: group.ownLeaf,
    },
    group.signaturePrivateKey,
    cs.signature,
  );
  const encryptedGroupInfo = await encryptGroupInfo(info, next.welcomeSecret, cs);
  const secrets = await mapConcurrently(newcomers, async ({ keyPackage, leaf }) => {
    const shared = [...pathSecrets].find(([node]) => isBelow(2 * leaf, node));
    const { ct, enc } = await encryptGroupSecrets(
      await cs.hpke.importPublicKey(keyPackage.initKey),
      encryptedGroupInfo,
      { joinerSecret: next.joinerSecret, pathSecret: shared?.[1], psks: [] },
      cs.hpke,
    );
    return {
      newMember: await refOf(keyPackage, suite),
      encryptedGroupSecrets: { kemOutput: enc, ciphertext: ct },
    };
  });
  const welcome = { cipherSuite: suite.mlsName, secrets, encryptedGroupInfo };
  return encodeMessage({ version: "mls10", wireformat: "mls_welcome", welcome });
}

/** @throws MlsRefused `too_large`, `bad_message` */
export function decodeWelcome(bytes: Uint8Array): Welcome {
  limitSize(bytes, MLS_LIMITS.messageBytes, "welcome");
  const message = refusingSync("bad_message", () => decodeMessage(bytes.slice()));
  if (message?.wireformat !== "mls_welcome") throw new MlsRefused("bad_message");
  return message.welcome;
}

/**
 * The part of a welcome that one device needs, by the `ref` of its key package: some 250 bytes instead of
 * 150 for each newcomer. @throws MlsRefused `not_for_us` when it has no part for that device.
 */
export function welcomeFor(welcome: Uint8Array, ref: Uint8Array): Bytes {
  const whole = decodeWelcome(welcome);
  const secrets = whole.secrets.filter(({ newMember }) => equalBytes(newMember, ref));
  if (secrets.length === 0) throw new MlsRefused("not_for_us");
  return encodeMessage({
    version: "mls10",
    wireformat: "mls_welcome",
    welcome: { ...whole, secrets },
  });
}

/**
 * The GroupInfo with which a device that lost everything can rejoin (`externalCommit`), for the sealed rejoin
 * slot. Like a welcome it needs the tree beside it. Whoever has both can ask to join: seal them.
 */
export async function groupInfo(group: Group): Promise<Bytes> {
  const { cs } = group.suite;
  const keys = await cs.hpke.deriveKeyPair(group.secrets.externalSecret);
  const info = await signGroupInfo(
    {
      groupContext: group.context,
      extensions: [
        {
          extensionType: "external_pub",
          extensionData: await cs.hpke.exportPublicKey(keys.publicKey),
        },
      ],
      confirmationTag: group.confirmationTag,
      signer: group.ownLeaf,
    },
    group.signaturePrivateKey,
    cs.signature,
  );
  return encodeMessage({ version: "mls10", wireformat: "mls_group_info", groupInfo: info });
}

/**
 * Whether a GroupInfo that somebody made lets others into this very epoch: of the same group context, with the right
 * external key, signed by a member.
 */
export async function isGroupInfoOf(group: Group, bytes: Uint8Array): Promise<boolean> {
  const { cs } = group.suite;
  let info: GroupInfo;
  try {
    info = decodeGroupInfo(bytes);
  } catch {
    return false;
  }
  const keys = await cs.hpke.deriveKeyPair(group.secrets.externalSecret);
  const external = await cs.hpke.exportPublicKey(keys.publicKey);
  const [extension] = info.extensions;
  const signer = leafAt(group.tree, info.signer);
  return (
    equalBytes(encodeGroupContext(info.groupContext), encodeGroupContext(group.context)) &&
    equalBytes(info.confirmationTag, group.confirmationTag) &&
    info.extensions.length === 1 &&
    extension?.extensionType === "external_pub" &&
    equalBytes(extension.extensionData, external) &&
    signer !== undefined &&
    (await verifyGroupInfoSignature(info, signer.signaturePublicKey, cs.signature))
  );
}

/** @throws MlsRefused `too_large`, `bad_message` */
export function decodeGroupInfo(bytes: Uint8Array): GroupInfo {
  limitSize(bytes, MLS_LIMITS.messageBytes, "group info");
  const message = refusingSync("bad_message", () => decodeMessage(bytes.slice()));
  if (message?.wireformat !== "mls_group_info") throw new MlsRefused("bad_message");
  return message.groupInfo;
}
