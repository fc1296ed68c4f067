/**
 * Secrets in IndexedDB, wrapped by an AES-256-GCM key that the browser keeps and no script can read out.
 * Whoever copies the profile's files gets both, and so what this adds is: no leak through a backup of one store alone,
 * through a page that reads IndexedDB, or through an exported value.
 */
import type { Bytes } from "@baraza/protocol";
import type { LockShelf, SecretStore } from "../../src/ports.ts";
import { StoreError } from "../../src/store/errors.ts";

const DATABASE = "baraza-secrets";
const STORE = "secrets";
const WRAPPING_KEY = "wrapping-key";
// Not from the protocol, whose schemas a tab would load with it.
const text = new TextEncoder();

type Wrapped = { iv: Bytes; sealed: Bytes };

export type BrowserSecrets = SecretStore & {
  /** Where the lock lies that closes a secret. */
  lockOf(name: string): LockShelf;
  /** From now on the secret is this one alone: what is held, or what lies there without a lock. */
  settle(name: string, secret: Bytes): Promise<void>;
};

/** Opens the secrets of this origin. Calls fail with StoreError `store_unavailable` where IndexedDB is missing. */
export function browserSecrets(): BrowserSecrets {
  let opened: Promise<{ db: IDBDatabase; key: CryptoKey }> | undefined;
  const held = new Map<string, Bytes>();
  let wipeIsKnown = false;

  function open() {
    opened ??= start().catch((error: unknown) => {
      opened = undefined;
      throw new StoreError("store_unavailable", { cause: error });
    });
    return opened;
  }

  /** Whether one of the locks that are kept closes what is asked for. */
  function closes(kept: readonly unknown[]): boolean {
    return kept.some((one) => {
      const state = typeof one === "object" && one !== null && "state" in one ? one.state : "";
      return state !== "wiped" || !wipeIsKnown;
    });
  }

  async function seal(name: string, secret: Bytes): Promise<Wrapped> {
    const { key } = await open();
    const iv = crypto.getRandomValues(new Uint8Array(12));
    return {
      iv,
      sealed: new Uint8Array(await crypto.subtle.encrypt(cipher(name, iv), key, secret)),
    };
  }

  async function unseal(name: string, { iv, sealed }: Wrapped): Promise<Bytes> {
    const { key } = await open();
    try {
      return new Uint8Array(await crypto.subtle.decrypt(cipher(name, iv), key, sealed));
    } catch (error) {
      throw new StoreError("store_corrupt", { cause: error });
    }
  }

  async function plain(name: string): Promise<Bytes | undefined> {
    const { db } = await open();
    const wrapped = await settled<Wrapped | undefined>(objects(db, "readonly").get(`s/${name}`));
    return wrapped && unseal(name, wrapped);
  }

  async function save(name: string, secret: Bytes): Promise<void> {
    const { db } = await open();
    const wrapped = await seal(name, secret);
    // Looked at in the same step: a lock that another tab sets meanwhile must not find this beside it.
    const saved = await durable<boolean>(db, (store, done) => {
      store.getAll(under("l")).onsuccess = ({ target }) => {
        const free = !closes((target as IDBRequest<unknown[]>).result);
        if (free) store.put(wrapped, `s/${name}`);
        done(free);
      };
    });
    if (saved !== true) throw new StoreError("store_locked");
  }

  return {
    async load(name) {
      const known = held.get(name);
      if (known !== undefined) return known.slice();
      const { db } = await open();
      const store = objects(db, "readonly");
      const [wrapped, locks] = await Promise.all([
        settled<Wrapped | undefined>(store.get(`s/${name}`)),
        settled<unknown[]>(store.getAll(under("l"))),
      ]);
      if (wrapped !== undefined) return unseal(name, wrapped);
      if (closes(locks)) throw new StoreError("store_locked");
      return undefined;
    },
    save,
    async settle(name, secret) {
      if (held.has(name)) held.set(name, secret);
      else await save(name, secret);
    },
    async remove(name) {
      const { db } = await open();
      await durable(db, (store) => store.delete(`s/${name}`));
    },
    lockOf: (name) => ({
      name,
      async read() {
        const { db } = await open();
        return settled<unknown>(objects(db, "readonly").get(`l/${name}`));
      },
      async change<T>(change: (kept: unknown) => { keep: unknown; value: T }) {
        const { db } = await open();
        const outcome = await durable<{ value: T } | { error: unknown }>(db, (store, done) => {
          store.get(`l/${name}`).onsuccess = ({ target }) => {
            try {
              const { keep, value } = change((target as IDBRequest<unknown>).result);
              if (keep === undefined) store.delete(`l/${name}`);
              else store.put(keep, `l/${name}`);
              done({ value });
            } catch (error) {
              done({ error });
            }
          };
        });
        if (outcome !== undefined && "value" in outcome) return outcome.value;
        throw outcome?.error instanceof Error ? outcome.error : new StoreError("store_io");
      },
      secret: () => plain(name),
      async shut(keep) {
        const { db } = await open();
        await durable(db, (store) => {
          store.delete(under("s"));
          store.put(keep, `l/${name}`);
        });
      },
      async free(secret) {
        const { db } = await open();
        const wrapped = await seal(name, secret);
        await durable(db, (store) => {
          store.put(wrapped, `s/${name}`);
          store.delete(`l/${name}`);
        });
        held.delete(name);
      },
      held: () => held.get(name)?.slice(),
      hold(secret) {
        if (secret === undefined) wipeIsKnown = true;
        else held.set(name, secret);
      },
      async wrap(bytes) {
        const { iv, sealed } = await seal(`lock/${name}`, bytes);
        const out = new Uint8Array(iv.length + sealed.length);
        out.set(iv);
        out.set(sealed, iv.length);
        return out;
      },
      unwrap: (bytes) =>
        unseal(`lock/${name}`, { iv: bytes.slice(0, 12), sealed: bytes.slice(12) }),
      async destroy(keep) {
        const { db } = await open();
        await durable(db, (store) => {
          store.clear();
          store.put(keep, `l/${name}`);
        });
        held.clear();
        // The wrapping key was among them: whatever comes is wrapped by another one.
        db.close();
        opened = undefined;
      },
    }),
  };
}

/** The range of all that lies under `s/` (secrets) or `l/` (locks). */
function under(kind: "s" | "l"): IDBKeyRange {
  return IDBKeyRange.bound(`${kind}/`, `${kind}0`, false, true);
}

/** The name is authenticated, so that one secret cannot be put in another's place. */
function cipher(name: string, iv: Bytes): AesGcmParams {
  return { name: "AES-GCM", iv, additionalData: text.encode(`baraza/secret/1/${name}`) };
}

async function start(): Promise<{ db: IDBDatabase; key: CryptoKey }> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  const db = await settled<IDBDatabase>(request);
  // Another tab that deletes everything must not wait for this one.
  db.onversionchange = () => db.close();
  const load = (): Promise<CryptoKey | undefined> =>
    settled<CryptoKey | undefined>(objects(db, "readonly").get(WRAPPING_KEY));
  // Every start but the first ends here: making a key and writing it durably takes a slow phone a while.
  const known = await load();
  if (known !== undefined) return { db, key: known };
  const fresh = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
    "encrypt",
    "decrypt",
  ]);
  // `add` fails when there is one already: two tabs that start together end with the same key.
  await durable(db, (store) => {
    const adding = store.add(fresh, WRAPPING_KEY);
    adding.onerror = (event) => {
      event.preventDefault();
      event.stopPropagation();
    };
  });
  const key = await load();
  if (key === undefined) throw new StoreError("store_io");
  return { db, key };
}

function objects(db: IDBDatabase, mode: IDBTransactionMode): IDBObjectStore {
  return db.transaction(STORE, mode).objectStore(STORE);
}

/** Runs writes in one transaction that is on disk when the promise resolves, with what `done` was told. */
function durable<T = void>(
  db: IDBDatabase,
  write: (store: IDBObjectStore, done: (value: T) => void) => unknown,
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(STORE, "readwrite", { durability: "strict" });
    let value: T | undefined;
    transaction.oncomplete = () => resolve(value);
    transaction.onabort = transaction.onerror = () =>
      reject(new StoreError("store_io", { cause: transaction.error }));
    write(transaction.objectStore(STORE), (told) => {
      value = told;
    });
  });
}

function settled<T>(
  request: Pick<IDBRequest, "onsuccess" | "onerror" | "error"> & { readonly result: unknown },
): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result as T);
    request.onerror = () => reject(request.error ?? new StoreError("store_io"));
  });
}
