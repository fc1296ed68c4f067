/** Secrets on Node: in memory for tests, in files of mode 0600 for a program that stays. */
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { SecretStore } from "../../src/ports.ts";

/** Secrets that die with the process. */
export function memorySecrets(): SecretStore {
  const secrets = new Map<string, Uint8Array<ArrayBuffer>>();
  return {
    load: async (name) => secrets.get(name)?.slice(),
    save: async (name, secret) => void secrets.set(name, secret.slice()),
    remove: async (name) => void secrets.delete(name),
  };
}

/** Secrets in a directory that only its owner may enter. Each is written to a new file, synced, and put in place. */
export function fileSecrets(directory: string): SecretStore {
  const pathOf = (name: string): string => join(directory, `${encodeURIComponent(name)}.secret`);
  return {
    async load(name) {
      try {
        return new Uint8Array(await readFile(pathOf(name)));
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
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
  };
}
