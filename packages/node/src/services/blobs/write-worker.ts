/**
 * Writes large chunks to new files, and hashes them, on a thread of its own: the same by asynchronous calls is some five trips to
 * another thread for each chunk, which cost more than the work. Reads `Order`, answers `Done`; nothing is synced here.
 */
import { closeSync, constants, openSync, unlinkSync, writeSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import type { Bytes } from "@baraza/protocol";
import { freeBytes } from "@baraza/protocol";
import { sha256 } from "../../crypto-fast.ts";

export type Order = { id: number; path: string; chunk: Bytes };
/** `fd`: open for writing still; whoever gets it syncs and closes it. `failed`: there is no file. */
export type Done = { id: number; fd: number; hash: Bytes } | { id: number; failed: unknown };

/** Small writes take pages that the system has at hand; for a large one it asks for rows of untouched ones. */
const PIECE = 64 * 1024;
const NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;

if (parentPort === null) throw new Error("a worker only");
const port = parentPort;
port.on("message", ({ id, path, chunk }: Order) => {
  port.postMessage(work(id, path, chunk));
  freeBytes(chunk);
});

function work(id: number, path: string, chunk: Bytes): Done {
  let fd: number | undefined;
  try {
    const hash = sha256(chunk);
    fd = openSync(path, NEW, 0o600);
    for (let at = 0; at < chunk.length;)
      at += writeSync(fd, chunk, at, Math.min(PIECE, chunk.length - at));
    return { id, fd, hash };
  } catch (failed) {
    if (fd !== undefined) {
      closeSync(fd);
      unlinkSync(path);
    }
    return { id, failed };
  }
}
