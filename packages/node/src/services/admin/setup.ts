/** The setup link: whoever opens it first becomes an administrator. */
import { unlink } from "node:fs/promises";
import { LIMITS, nodeOrigin, toBase64url, utf8 } from "@baraza/protocol";
import { setupLinkPath } from "../../data-dir.ts";
import { writeDurably } from "../../secrets.ts";
import type { Store } from "../../store/port.ts";
import { createSetupCode } from "./index.ts";

export type SetupOptions = {
  store: Pick<Store, "admin">;
  /** The node's name, with the port where there is one. */
  name: string;
  dataDir: string;
  /** How long the link is good: an hour at most. */
  minutes: number;
  now: number;
  /** Also when there is an administrator: for the command line, whose user may do anything anyway. */
  always?: boolean;
};

/**
 * Makes a new setup link, which ends the one before it, and writes it to a file of mode 0600 in the data directory.
 * @returns the link, or null where there is an administrator (and then the file is gone).
 */
export async function announceSetup(options: SetupOptions): Promise<string | null> {
  const { store, name, dataDir, now, always = false } = options;
  const path = setupLinkPath(dataDir);
  const minutes = Math.min(options.minutes, LIMITS.setupLinkMs / 60_000);
  const code = await createSetupCode(store, { now, minutes, always });
  if (code === null) {
    await unlink(path).catch(() => {
      // It was not there.
    });
    return null;
  }
  const link = `${nodeOrigin(name)}/setup#${toBase64url(code)}`;
  await writeDurably(path, utf8(`${link}\n`));
  return link;
}
