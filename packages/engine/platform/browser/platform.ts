/** The engine's platform in a browser's dedicated worker. */
import type { Notify, Platform } from "../../src/ports.ts";
import { browserClock } from "./clock.ts";
import { browserFiles } from "./files.ts";
import { browserLocks } from "./locks.ts";
import { browserSecrets } from "./secrets.ts";
import { openBrowserStore, removeBrowserStore, storeSecret } from "./store.ts";
import { browserTransport } from "./transport.ts";

export type BrowserPlatformOptions = {
  notify: Notify;
  /** The node's origin: the app's own unless told otherwise. */
  origin?: string;
};

export function browserPlatform({ notify, origin }: BrowserPlatformOptions): Platform {
  const secrets = browserSecrets();
  return {
    openStore: (name) => openBrowserStore(name, { secrets }),
    removeStore: (name) => removeBrowserStore(name, secrets),
    transport: browserTransport(origin),
    clock: browserClock(),
    locks: browserLocks(),
    secrets,
    lockOf: (name) => secrets.lockOf(storeSecret(name)),
    notify,
    files: browserFiles(),
  };
}
