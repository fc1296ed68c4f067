/**
 * Which package may know which, and which may touch a platform:
 *
 *     protocol <- crypto <- engine <- web        protocol <- crypto <- node
 *
 * testkit stands on engine and node; e2e and bench stand on testkit, and e2e borrows bench's slow phone. Everything
 * is refused that is not allowed below, so a new package or a new library has to be let in here.
 */
import { dirname, join } from "node:path/posix";
import { filesBelow, lineAt, type SourceFile } from "./lib/files.ts";
import { type References, referencesOf } from "./lib/syntax.ts";

/** The packages of ours that each may import. Tests obey the same arrows, see {@link forTests}. */
const arrows: Record<string, readonly string[]> = {
  protocol: [],
  crypto: ["protocol"],
  engine: ["protocol", "crypto"],
  node: ["protocol", "crypto"],
  web: ["protocol", "crypto", "engine"],
  testkit: ["protocol", "crypto", "engine", "node"],
  e2e: ["protocol", "crypto", "engine", "node", "web", "testkit", "bench"],
  bench: ["protocol", "crypto", "engine", "node", "testkit"],
  scripts: ["web"],
};

/** Test helpers that stand on nothing, so that every package's tests may use them. */
const forTests = ["@baraza/testkit/scale", "@baraza/testkit/seeded"];

/** Libraries that do cryptography: `packages/crypto` alone imports them. */
const cryptographic =
  /^(?:@noble\/|@hpke\/|@scure\/|@serenity-kit\/|ts-mls|shamir-secret-sharing|openpgp|libsodium|node:crypto$|crypto$|node:tls$)/;

/** Who may use Node's own cryptography besides `packages/crypto`, and why. */
const cryptographyElsewhere: Record<string, string> = {
  "packages/node/src/crypto-fast.ts": "signature checks and hashes on the node's hot paths",
  "packages/web/build/precache-plugin.ts":
    "the build names the app's version by a hash of its files",
  "packages/engine/platform/browser/secrets.ts":
    "the store's key is wrapped by a key that script cannot read out, which only WebCrypto has",
};

/** What belongs to one platform; the engine gets it through its ports. */
const platformGlobals = new Set(
  (
    "window document navigator self location history localStorage sessionStorage indexedDB caches " +
    "fetch XMLHttpRequest WebSocket EventSource Worker SharedWorker BroadcastChannel Notification " +
    "postMessage onmessage alert confirm prompt requestAnimationFrame " +
    "process Buffer global require __dirname __filename " +
    "setTimeout setInterval setImmediate clearTimeout clearInterval clearImmediate"
  ).split(" "),
);

/** The faults of all files, each as `path:line: sentence`. */
export function checkArrows(): string[] {
  const folders = ["packages", "e2e", "bench", "scripts"];
  const files = folders.flatMap((folder) => filesBelow(folder, /\.(?:ts|tsx|mts|js|mjs)$/));
  return files.length === 0 ? ["No source files were found."] : files.flatMap(arrowFaults);
}

/** The faults of one file. */
export function arrowFaults({ path, text }: SourceFile): string[] {
  let references: References;
  try {
    references = referencesOf(path, text);
  } catch (error) {
    return [`${path}: cannot be parsed: ${(error as Error).message}`];
  }
  const faults: string[] = [];
  const fault = (offset: number, sentence: string): void => {
    faults.push(`${path}:${lineAt(text, offset)}: ${sentence}`);
  };
  for (const { specifier, offset } of references.modules) {
    for (const sentence of importFaults(path, specifier)) fault(offset, sentence);
  }
  for (const { name, offset } of references.globals) {
    if (isEngineCore(path) && platformGlobals.has(name)) {
      fault(offset, `"${name}" belongs to a platform; engine/src gets it through a port`);
    }
  }
  if (!mayDoCryptography(path)) {
    for (const { index } of text.matchAll(/\bcrypto\??\.subtle\b|\bSubtleCrypto\b/g)) {
      fault(index, "WebCrypto is for packages/crypto; go through @baraza/crypto");
    }
  }
  return faults;
}

/** Who starts programs of other packages, or drives a part of one by itself: such parts are no package's face. */
const mayReachInside: ReadonlySet<string> = new Set(["scripts", "bench", "testkit", "e2e"]);

function* importFaults(path: string, specifier: string): Generator<string> {
  const from = packageOf(path);
  const to = ownPackageOf(path, specifier);
  if (from === undefined || arrows[from] === undefined) {
    yield `"${from ?? path}" is not in the table of arrows (scripts/arrows.ts)`;
    return;
  }
  if (to !== undefined) {
    const isHelper = isTest(path) && forTests.includes(specifier);
    if (to !== from && !isHelper && arrows[from]?.includes(to) !== true) {
      yield `${from} must not know ${to} (${specifier})`;
    }
    if (to !== from && specifier.startsWith(".") && !mayReachInside.has(from)) {
      yield `another package is imported by its name, not by a path (${specifier})`;
    }
    if (
      to === "testkit" &&
      from !== "testkit" &&
      !isTest(path) &&
      from !== "e2e" &&
      from !== "bench"
    ) {
      yield `only tests stand on testkit (${specifier})`;
    }
    return;
  }
  if (cryptographic.test(specifier) && !mayDoCryptography(path)) {
    yield `cryptography is for packages/crypto; go through @baraza/crypto (${specifier})`;
  }
  if (/^ts-mls(?:\/|$)/.test(specifier) && !mayUseMls(path)) {
    yield `ts-mls is imported in packages/crypto/src/mls/library.ts alone (${specifier})`;
  }
  if (isEngineCore(path) && specifier.startsWith("node:")) {
    yield `engine/src has no Node API; use a port (${specifier})`;
  }
  if (path.startsWith("packages/web/src/") && !isTest(path) && specifier.startsWith("node:")) {
    yield `the app has no Node API (${specifier})`;
  }
}

/** The package that a path from the root belongs to: the folder in `packages`, or the root's. */
function packageOf(path: string): string | undefined {
  const [first, second] = path.split("/");
  return first === "packages" ? second : first;
}

/** The package of ours that a specifier leads to, by name or by path; undefined for others'. */
function ownPackageOf(path: string, specifier: string): string | undefined {
  if (specifier.startsWith(".")) return packageOf(join(dirname(path), specifier));
  return /^@baraza\/([a-z0-9-]+)/.exec(specifier)?.[1];
}

function isTest(path: string): boolean {
  return (
    /\.test\.tsx?$/.test(path) || /[/.](?:testing|fixtures|conformance|harness)[/.]/.test(path)
  );
}

function isEngineCore(path: string): boolean {
  return path.startsWith("packages/engine/src/") && !isTest(path);
}

function mayDoCryptography(path: string): boolean {
  if (/^(?:packages\/crypto|scripts|bench)\//.test(path)) return true;
  return path in cryptographyElsewhere || isTest(path);
}

function mayUseMls(path: string): boolean {
  return path === "packages/crypto/src/mls/library.ts" || isTest(path) || path.startsWith("bench/");
}
