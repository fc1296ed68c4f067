/**
 * Secrets on Node: in memory for tests, in files of mode 0600 for a program that stays; and the lock that closes them. The store
 * itself is not sealed here, so a lock only keeps the engine from opening it; on Node it is for tests.
 */
import { mkdir, open, readFile, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Bytes } from "@baraza/protocol";
import { decodeCbor, encodeCbor } from "@baraza/protocol";
import type { LockShelf, SecretStore } from "../../src/ports.ts";
import { StoreError } from "../../src/store/errors.ts";

/** Small files by name. */
type Drawer = {
  load(name: string): Promise<Bytes | undefined>;
  save(name: string, bytes: Bytes): Promise<void>;
  remove(name: string): Promise<void>;
  names(): Promise<string[]>;
};

export type NodeSecrets = SecretStore & {
  /** Where the lock lies that closes a secret. One process at a time. */
  lockOf(name: string): LockShelf;
};

/** Secrets that die with the process. */
export function memorySecrets(): NodeSecrets {
  const secrets = new Map<string, Bytes>();
  return lockable({
    load: async (name) => secrets.get(name)?.slice(),
    save: async (name, secret) => void secrets.set(name, secret.slice()),
    remove: async (name) => void secrets.delete(name),
    names: async () => [...secrets.keys()],
  });
}

/** Secrets in a directory that only its owner may enter. Each is written to a new file, synced, and put in place. */
export function fileSecrets(directory: string): NodeSecrets {
  const END = ".secret";
  const pathOf = (name: string): string => join(directory, `${encodeURIComponent(name)}${END}`);
  return lockable({
    async load(name) {
      try {
        return new Uint8Array(await readFile(pathOf(name)));
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    async save(name, secret) {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const draft = `${pathOf(name)}.new`;
      await rm(draft, { force: true });
      const file = await open(draft, "wx", 0o600);
      try {
        await file.writeFile(secret);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, pathOf(name));
      const parent = await open(directory, "r");
      try {
        await parent.sync();
      } finally {
        await parent.close();
      }
    },
    remove: (name) => rm(pathOf(name), { force: true }),
    async names() {
      try {
        const files = (await readdir(directory)).filter((file) => file.endsWith(END));
        return files.map((file) => decodeURIComponent(file.slice(0, -END.length)));
      } catch (error) {
        if (isMissing(error)) return [];
        throw error;
      }
    },
  });
}

/** What lies beside the secrets, under names that no secret has. */
const LOCK = "lock:";

function lockable(drawer: Drawer): NodeSecrets {
  const held = new Map<string, Bytes>();
  let wipeIsKnown = false;
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work, work);
    turn = mine.catch(() => undefined);
    return mine;
  };
  const kept = async (name: string): Promise<unknown> => {
    const bytes = await drawer.load(LOCK + name);
    return bytes && decodeCbor(bytes);
  };
  const keep = (name: string, value: unknown): Promise<void> =>
    value === undefined ? drawer.remove(LOCK + name) : drawer.save(LOCK + name, encodeCbor(value));
  const removeAll = async (): Promise<void> => {
    for (const one of await drawer.names()) if (!one.startsWith(LOCK)) await drawer.remove(one);
  };
  async function free(): Promise<boolean> {
    for (const one of await drawer.names()) {
      if (!one.startsWith(LOCK)) continue;
      const lock = (await kept(one.slice(LOCK.length))) as { state?: unknown } | undefined;
      if (lock !== undefined && (lock.state !== "wiped" || !wipeIsKnown)) return false;
    }
    return true;
  }
  return {
    async load(name) {
      const known = held.get(name) ?? (await drawer.load(name));
      if (known === undefined && !(await free())) throw new StoreError("store_locked");
      return known?.slice();
    },
    save: (name, secret) =>
      inTurn(async () => {
        if (!(await free())) throw new StoreError("store_locked");
        await drawer.save(name, secret);
      }),
    remove: (name) => drawer.remove(name),
    lockOf: (name) => ({
      name,
      read: () => kept(name),
      change: (change) =>
        inTurn(async () => {
          const outcome = change(await kept(name));
          await keep(name, outcome.keep);
          return outcome.value;
        }),
      secret: () => drawer.load(name),
      shut: (value) =>
        inTurn(async () => {
          await keep(name, value);
          await removeAll();
        }),
      free: (secret) =>
        inTurn(async () => {
          await drawer.save(name, secret);
          await keep(name, undefined);
          held.delete(name);
        }),
      held: () => held.get(name)?.slice(),
      hold(secret) {
        if (secret === undefined) wipeIsKnown = true;
        else held.set(name, secret);
      },
      wrap: async (bytes) => bytes,
      unwrap: async (bytes) => bytes,
      destroy: (value) =>
        inTurn(async () => {
          await keep(name, value);
          await removeAll();
          held.clear();
        }),
    }),
  };
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
