/** The key package with which this device comes in. */
import { readKeyPackage } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { equalBytes } from "@baraza/protocol";
import type { Core } from "../core.ts";
import { makeKeyPackage } from "../letters/ask.ts";
import type { SqlTx } from "../ports.ts";
import type { Way } from "./return.ts";

export type OwnPackage = {
  keyPackage: Bytes;
  privateParts: Bytes;
  seat: Bytes;
  seatKey: Bytes;
  write: (tx: SqlTx) => void;
};

/**
 * The key package with which members were asked: with the same one, whoever answers later finds it done, and this device in
 * its place.
 */
export async function askedWith(
  core: Core,
  logId: string,
  suite: "x25519" | "xwing",
): Promise<OwnPackage | null> {
  const rows = await core.store.all<{
    key_package: Bytes;
    private_parts: Bytes;
    seat_key: Bytes;
  }>(
    "SELECT key_package, private_parts, seat_key FROM key_packages WHERE purpose = ? ORDER BY expires DESC",
    [logId],
  );
  for (const row of rows) {
    const view = await readKeyPackage(row.key_package).catch(() => null);
    const mine = view && equalBytes(view.signatureKey, core.me().device.certificate.deviceKey);
    if (view === null || mine !== true || view.suite !== suite || view.rejoinKey === null) continue;
    return {
      keyPackage: row.key_package,
      privateParts: row.private_parts,
      seat: view.seatKey,
      seatKey: row.seat_key,
      write: () => undefined,
    };
  }
  return null;
}

/** Another one, where the former cannot serve. */
export async function freshPackage(
  core: Core,
  way: Way,
  suite: "x25519" | "xwing",
): Promise<OwnPackage> {
  const made = await makeKeyPackage(core, way.logId, { suite, groupId: way.groupId });
  return {
    keyPackage: made.keyPackage,
    privateParts: made.privateParts,
    seat: made.seatKey.publicKey,
    seatKey: made.seatKey.privateKey,
    write: (tx) => void made.write(tx),
  };
}
