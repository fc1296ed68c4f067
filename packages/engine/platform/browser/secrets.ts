/**
 * Secrets in IndexedDB, wrapped by an AES-256-GCM key that the browser keeps and no script can read out.
 * Whoever copies the profile's files gets both, and so what this adds is: no leak through a backup of one store alone,
 * through a page that reads IndexedDB, or through an exported value.
 */
import type { Bytes } from "@baraza/protocol";
import type { SecretStore } from "../../src/ports.ts";
import { StoreError } from "../../src/store/errors.ts";

const DATABASE = "baraza-secrets";
const STORE = "secrets";
const WRAPPING_KEY = "wrapping-key";
// Not from the protocol, whose schemas a tab would load with it.
const text = new TextEncoder();

type Wrapped = { iv: Bytes; sealed: Bytes };

/** Opens the secrets of this origin. Calls fail with StoreError `store_unavailable` where IndexedDB is missing. */
export function browserSecrets(): SecretStore {
  let opened: Promise<{ db: IDBDatabase; key: CryptoKey }> | undefined;

  function open() {
    opened ??= start().catch((error: unknown) => {
      opened = undefined;
      throw new StoreError("store_unavailable", { cause: error });
    });
    return opened;
  }

  return {
    async load(name) {
      const { db, key } = await open();
      const wrapped = await settled<Wrapped | undefined>(objects(db, "readonly").get(`s/${name}`));
      if (wrapped === undefined) return undefined;
      try {
        return new Uint8Array(
          await crypto.subtle.decrypt(cipher(name, wrapped.iv), key, wrapped.sealed),
        );
      } catch (error) {
        throw new StoreError("store_corrupt", { cause: error });
      }
    },
    async save(name, secret) {
      const { db, key } = await open();
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const sealed = new Uint8Array(await crypto.subtle.encrypt(cipher(name, iv), key, secret));
      await durable(db, (store) => store.put({ iv, sealed } satisfies Wrapped, `s/${name}`));
    },
    async remove(name) {
      const { db } = await open();
      await durable(db, (store) => store.delete(`s/${name}`));
    },
  };
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

/** Runs writes in one transaction that is on disk when the promise resolves. */
function durable(db: IDBDatabase, write: (store: IDBObjectStore) => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(STORE, "readwrite", { durability: "strict" });
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () =>
      reject(new StoreError("store_io", { cause: transaction.error }));
    write(transaction.objectStore(STORE));
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
