/**
 * A Vite plugin that takes OPAQUE's WebAssembly out of the library's script, where it stands as base64 text, and ships it as the
 * file it is: 42 KiB (gzip) less to download, and compiled while it arrives. The library works without this plugin too.
 * Give it to both `plugins` and `worker.plugins`.
 */
import { fileURLToPath } from "node:url";

/** The one place where the library names its WebAssembly. */
const INLINE =
  /function wasmData\(imports\)\{return _loadWasmModule\(0, null, '([A-Za-z0-9+/=]+)'\)\}/;

export type OpaquePlugin = {
  name: string;
  apply: "build";
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
  return {
    name: "baraza-opaque-apart",
    apply: "build",
    transform(code, id) {
      if (id.split("?")[0] !== library) return undefined;
      const { script, wasm } = takeOut(code);
      const file = this.emitFile({ type: "asset", name: "opaque.wasm", source: wasm });
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
