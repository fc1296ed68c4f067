/**
 * A Vite plugin that takes OPAQUE's WebAssembly out of the library's script, where it stands as base64 text, and ships it as the
 * file it is, without the names that debuggers show: 72 KiB (gzip) less to download, and compiled while it arrives. There are two of it:
 * the client's half, with which everybody comes in, and the node's, which src/opaque-server.ts brings in for the lock on a device
 * alone. The library works without this plugin too.
 * Give it to both `plugins` and `worker.plugins`.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { slimWasm } from "./slim-wasm.ts";

/** The one place where the library names its WebAssembly. */
const INLINE =
  /function wasmData\(imports\)\{return _loadWasmModule\(0, null, '([A-Za-z0-9+/=]+)'\)\}/;

export type OpaquePlugin = {
  name: string;
  enforce: "pre";
  apply: "build";
  resolveId(source: string, importer: string | undefined): string | undefined;
  load(id: string): string | undefined;
  transform(
    this: { emitFile(file: { type: "asset"; name: string; source: Uint8Array }): string },
    code: string,
    id: string,
  ): { code: string; map: null } | undefined;
};

/** @throws Error during the build when the library's text is no longer what this cuts. */
export function opaqueApart(): OpaquePlugin {
  const library = fileURLToPath(
    new URL("../esm/index.js", import.meta.resolve("@serenity-kit/opaque")),
  );
  const forServer = `${library}?server`;
  return {
    name: "baraza-opaque-apart",
    // Before the bundler looks for the library itself.
    enforce: "pre",
    apply: "build",
    resolveId: (source, importer) =>
      source === "@serenity-kit/opaque" && importer?.endsWith("/crypto/src/opaque-server.ts")
        ? forServer
        : undefined,
    load: (id) => (id === forServer ? readFileSync(library, "utf8") : undefined),
    transform(code, id) {
      if (id !== forServer && id.split("?")[0] !== library) return undefined;
      const { script, wasm } = takeOut(code);
      const file = this.emitFile(
        id === forServer
          ? { type: "asset", name: "opaque-server.wasm", source: forLocks(wasm) }
          : { type: "asset", name: "opaque.wasm", source: forClients(wasm) },
      );
      return {
        code: `${script}\nfunction wasmData(){return fetch(import.meta.ROLLUP_FILE_URL_${file})}`,
        map: null,
      };
    },
  };
}

/** Parts the library's text and its WebAssembly. @throws Error when it does not stand where it should */
export function takeOut(code: string): { script: string; wasm: Uint8Array } {
  const text = INLINE.exec(code)?.[1];
  if (text === undefined)
    throw new Error("@serenity-kit/opaque has changed: its WebAssembly is not where it was");
  return { script: code.replace(INLINE, ""), wasm: Buffer.from(text, "base64") };
}

/** The library's module as a client needs it: what only servers call is a trap. */
export function forClients(wasm: Uint8Array): Uint8Array {
  return without(wasm, /Server/);
}

/** The server's half as a lock needs it, which asks for no proof at the end: what it does not call is a trap. */
export function forLocks(wasm: Uint8Array): Uint8Array {
  return without(wasm, /Client|finishServer|getServerPublic/);
}

function without(wasm: Uint8Array, exports: RegExp): Uint8Array {
  return slimWasm(withoutNames(wasm), { exports, nothing: [], table: [], data: [] });
}

/**
 * A module without its custom sections: names of functions, and by what it was made. Nothing that runs reads them
 * (WebAssembly Core Specification 2.0, section 5.5.3).
 */
export function withoutNames(wasm: Uint8Array): Uint8Array {
  const parts = [wasm.subarray(0, 8)];
  for (let at = 8; at < wasm.length;) {
    const head = at;
    let size = 0;
    for (let scale = 1, more = true; more; scale *= 128) {
      const byte = wasm[++at] ?? 0;
      size += (byte & 127) * scale;
      more = byte >= 128;
    }
    at += 1 + size;
    if (wasm[head] !== 0) parts.push(wasm.subarray(head, at));
  }
  return Buffer.concat(parts);
}
