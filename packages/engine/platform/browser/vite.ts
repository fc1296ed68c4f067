/**
 * A Vite plugin that leaves out of the bundle what the store does not use of SQLite. Of its JavaScript: a second copy of the whole
 * library for its own worker, the OPFS back-end that needs SharedArrayBuffer, virtual tables written in JavaScript, and second names. Of its
 * WebAssembly: what nothing can reach (crypto's slim-wasm.ts), ciphers other than the store's, sessions, and tables that tell about the
 * database itself: some 90 KiB (gzip). And it mends an error of the library (see [Note: Journals that are left]), without which what a kill
 * cuts off can cost the store. Give it to both `plugins` and `worker.plugins`.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { sha256 } from "@baraza/crypto/primitives";
import { toHex } from "@baraza/protocol";
import type { Cut } from "@baraza/crypto/slim-wasm";
import { slimWasm } from "@baraza/crypto/slim-wasm";

/** The parts, each known by something that only it contains. */
const UNUSED = [
  "sqlite3.initWorker1API = ",
  "sqlite3.vtab = vtab",
  "const installOpfsVfs = ",
] as const;
const START = "globalThis.sqlite3ApiBootstrap.initializers.push(function (sqlite3) {";
const END = "\n      });\n";

/** Where the script names the WebAssembly. */
const WASM = "new URL('sqlite3.wasm', import.meta.url).href";
/** SHA-256 of the WebAssembly that the numbers below are for: of another one they mean something else. */
const WASM_HASH = "e0e94e4ac5221c19aefe7e59fe88ceab93bff56ec1d966c21c6cf39ac0f26735";
/**
 * How the numbers were found: a module's start function hands `sqlite3_create_module` the address of its name and of its
 * `sqlite3_module` (25 words); the start functions stand one behind the other in `sqlite3BuiltinExtensions`. A cipher's descriptor
 * is ten places of the table, of which the first function asks for the parameters of its name.
 */
const UNUSED_WASM: Cut = {
  exports:
    /^sqlite3(session|changeset|changegroup)_|^sqlite3_preupdate_(?!hook)|wasm_test_|SQLTester/,
  // rtree, sqlite_dbpage, dbstat, sqlite_stmt, bytecode and tables_used: they start, and there is none.
  nothing: [2130, 2134, 2135, 2138, 2139],
  // All ciphers but chacha20 (707 to 716): aes128cbc, aes256cbc; sqlcipher, rc4, ascon128, aegis.
  table: [
    [687, 707],
    [717, 757],
  ],
  data: [119456, 119644, 119744, 120072, 120172].map((address) => [address, 100]),
};

export type SlimPlugin = {
  name: string;
  enforce: "pre";
  config(
    config: object,
    env: { command: "build" | "serve" },
  ): { optimizeDeps: { exclude: string[] } };
  resolveId(id: string): string | undefined;
  transform(
    this: { emitFile(file: { type: "asset"; name: string; source: Uint8Array }): string },
    code: string,
    id: string,
  ): { code: string; map: null } | undefined;
};

/** @throws Error during the build when the library's text is no longer what this cuts. */
export function slimSqlite(): SlimPlugin {
  const library = fileURLToPath(
    new URL(
      "./sqlite-wasm/jswasm/sqlite3-bundler-friendly.mjs",
      import.meta.resolve("@evolu/sqlite-wasm"),
    ),
  );
  let builds = true;
  return {
    name: "baraza-slim-sqlite",
    enforce: "pre",
    config(_, { command }) {
      builds = command === "build";
      // Vite's development server would otherwise move the library away from its WASM file.
      return { optimizeDeps: { exclude: ["@evolu/sqlite-wasm"] } };
    },
    resolveId: (id) => (id === "@evolu/sqlite-wasm" ? library : undefined),
    transform(code, id) {
      if (id.split("?")[0] !== library) return undefined;
      const script = mendJournal(cutExports(UNUSED.reduce(cut, code)));
      if (!builds) return { code: script, map: null };
      if (!script.includes(WASM)) throw changed(WASM);
      const file = this.emitFile({
        type: "asset",
        name: "sqlite3.wasm",
        source: cutWasm(fileURLToPath(new URL("sqlite3.wasm", pathToFileURL(library)))),
      });
      return { code: script.replace(WASM, `import.meta.ROLLUP_FILE_URL_${file}`), map: null };
    },
  };
}

/** Takes the initializer that contains a text out. */
export function cut(code: string, marker: string): string {
  const at = code.indexOf(marker);
  const start = code.lastIndexOf(START, at);
  const end = code.indexOf(END, at);
  if (at < 0 || start < 0 || end < 0 || code.slice(start, at).includes(END)) throw changed(marker);
  return code.slice(0, start) + code.slice(end + END.length);
}

/** Emscripten's second names for what the library calls by `wasmExports` alone. */
const SECOND_NAME = /Module\['_(sqlite3_\w+)'\] =\s+_\1 =\s+wasmExports\['\1'\];/g;

/** Takes Emscripten's second names of SQLite's functions out. */
export function cutExports(code: string): string {
  const less = code.replace(SECOND_NAME, "");
  if (code.length - less.length < 20_000) throw changed("Module['_sqlite3_…']");
  return less;
}

/** What the pool of access handles says when SQLite asks whether another connection is writing: always that one is. */
const ALWAYS_WRITING =
  /(pool\.log\('xCheckReservedLock'\);\s+pool\.storeErr\(\);\s+wasm\.poke32\(pOut, )1\)/g;

/**
 * [Note: Journals that are left] A journal beside a database is taken for one of a connection that still writes, and not for what a
 * killed one has left, as long as somebody is said to be writing. So with the library as it is nothing that a kill cut off would ever be
 * undone: a change of the store's key would leave some pages under one key and some under the other. Nobody else can be writing: the
 * pool's handles are exclusive.
 */
export function mendJournal(code: string): string {
  if (code.match(ALWAYS_WRITING)?.length !== 1) throw changed("xCheckReservedLock");
  return code.replace(ALWAYS_WRITING, "$10)");
}

const changed = (marker: string): Error =>
  new Error(`@evolu/sqlite-wasm has changed: nothing to cut at "${marker}"`);

/** The WebAssembly at a path without what the store does not use. @throws Error when it is another one than the numbers are for */
export function cutWasm(path: string): Uint8Array {
  const wasm = readFileSync(path);
  if (toHex(sha256(wasm)) !== WASM_HASH) throw changed(WASM_HASH);
  return slimWasm(wasm, UNUSED_WASM);
}
