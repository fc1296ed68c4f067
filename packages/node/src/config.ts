/**
 * Configuration: flags, then environment, then one JSON file, then defaults. {@link SETTINGS} is the only list: the
 * reader, `--help` and docs are made from it.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { nodeName } from "@baraza/protocol";
import * as v from "valibot";

const port = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(65_535));
const flag = v.boolean();
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

type Setting<S extends v.GenericSchema = v.GenericSchema> = {
  schema: S;
  fallback: v.InferOutput<S>;
  what: string;
};
const setting = <S extends v.GenericSchema>(
  schema: S,
  fallback: v.InferOutput<S>,
  what: string,
): Setting<S> => ({
  schema,
  fallback,
  what,
});

/** Every setting. `dataDir` is `--data-dir` as a flag, `BARAZA_DATA_DIR` in the environment, `dataDir` in the file. */
export const SETTINGS = {
  name: setting(
    nodeName,
    "localhost:8080",
    "The name under which people and other nodes reach this node: its domain, and the port where it is not the usual one",
  ),
  host: setting(
    v.pipe(v.string(), v.minLength(1)),
    "127.0.0.1",
    "The address to listen on (0.0.0.0 or :: for all)",
  ),
  port: setting(port, 8080, "The port to listen on; 0 takes a free one"),
  dataDir: setting(
    v.pipe(v.string(), v.minLength(1)),
    ".data",
    "Where everything is kept: back up this directory",
  ),
  trustedProxy: setting(
    flag,
    false,
    "Take the caller's address from the last X-Forwarded-For entry; only behind a proxy that sets it",
  ),
  registration: setting(
    v.picklist(["invitation", "open"]),
    "invitation",
    "Who may open an account until an administrator sets it",
  ),
  metricsPort: setting(
    v.nullable(port),
    null,
    "A loopback-only port for /metrics (Prometheus); none when not set",
  ),
  metricsToken: setting(
    v.nullable(v.pipe(v.string(), v.minLength(16))),
    null,
    "Serve /metrics on the main port too, to whoever sends this bearer token",
  ),
  logQuotaMb: setting(count, 2048, "How much disk the entries of one log may take, in MiB"),
  mirrorQuotaMb: setting(
    count,
    2048,
    "How much disk copies of conversations that other nodes keep may take, in MiB; 0: none are kept",
  ),
  appendsPerMinute: setting(count, 6000, "How many appends one log takes in a minute"),
  blobQuotaMb: setting(count, 10_240, "How much disk sealed files may take, in MiB"),
  dropQuotaMb: setting(
    count,
    1024,
    "How much people outside may leave in one account's drop boxes, in MiB",
  ),
  linkPreviews: setting(
    flag,
    true,
    "Whether members may have the node look up the title of a page that they link to",
  ),
  logLevel: setting(
    v.picklist(["silent", "error", "warn", "info", "debug"]),
    "info",
    "How much is written to the console (never an address, a name or content)",
  ),
  setupMinutes: setting(
    v.pipe(count, v.minValue(1)),
    60,
    "How long the first-run setup link is valid, in minutes",
  ),
  appDir: setting(
    v.pipe(v.string(), v.minLength(1)),
    fileURLToPath(new URL("../../web/dist", import.meta.url)),
    "The built web app",
  ),
} as const;

type Settings = typeof SETTINGS;
export type Config = { readonly [K in keyof Settings]: v.InferOutput<Settings[K]["schema"]> };

/** A setting that cannot be used. The message is for the console. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** The defaults, with what is given put in their place (for tests and programs that embed a node). */
export function configOf(given: Partial<Config> = {}): Config {
  return settle((key) => given[key], "setting");
}

/**
 * Reads the configuration of a process.
 * @param args without the program; `--config FILE` names the JSON file (else `BARAZA_CONFIG`).
 * @throws ConfigError with a sentence that names the setting.
 */
export function readConfig(
  args: readonly string[],
  environment: Record<string, string | undefined>,
): Config {
  const flags = readFlags(args);
  const path = flags.get("config") ?? environment["BARAZA_CONFIG"];
  const file = path === undefined ? {} : readFile(path);
  return settle((key) => {
    const text = flags.get(kebab(key)) ?? environment[envName(key)];
    return text === undefined ? file[key] : fromText(key, text);
  }, "flag, variable or file entry");
}

/** The text of `--help`. */
export function describeSettings(): string {
  const lines = keys().map((key) => {
    const { fallback, what } = SETTINGS[key];
    const shown = key === "appDir" ? "the app beside the program" : String(fallback ?? "not set");
    return `  --${kebab(key)}  (${envName(key)}; ${shown})\n      ${what}`;
  });
  return [
    "Settings: a flag, else an environment variable, else the JSON file of --config (BARAZA_CONFIG).",
    ...lines,
  ].join("\n");
}

function settle(look: (key: keyof Settings) => unknown, source: string): Config {
  const out: Record<string, unknown> = {};
  for (const key of keys()) {
    const given = look(key);
    const result = v.safeParse(
      SETTINGS[key].schema,
      given === undefined ? SETTINGS[key].fallback : given,
    );
    if (!result.success)
      throw new ConfigError(
        `The ${source} "${key}" (--${kebab(key)}, ${envName(key)}) has a value that cannot be used.`,
      );
    out[key] = result.output;
  }
  return out as Config;
}

function readFlags(args: readonly string[]): Map<string, string> {
  const known = new Set(["config", ...keys().map(kebab)]);
  const flags = new Map<string, string>();
  for (let i = 0; i < args.length; i++) {
    const [, name, inline] = /^--([a-z-]+)(?:=(.*))?$/s.exec(args[i] ?? "") ?? [];
    if (name === undefined || !known.has(name))
      throw new ConfigError(`There is no setting ${args[i] ?? ""}; --help lists them.`);
    const next = args[i + 1];
    if (inline !== undefined) flags.set(name, inline);
    else if (next !== undefined && !next.startsWith("--")) {
      flags.set(name, next);
      i += 1;
    } else flags.set(name, "true");
  }
  return flags;
}

function readFile(path: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    throw new ConfigError(`The configuration file ${path} cannot be read as JSON.`);
  }
  const result = v.safeParse(v.record(v.string(), v.unknown()), value);
  if (!result.success)
    throw new ConfigError(`The configuration file ${path} must hold one object.`);
  const unknown = Object.keys(result.output).find((key) => !Object.hasOwn(SETTINGS, key));
  if (unknown !== undefined)
    throw new ConfigError(`The configuration file ${path} has an unknown setting "${unknown}".`);
  return result.output;
}

/** Text from a flag or variable as the setting's type. */
function fromText(key: keyof Settings, text: string): unknown {
  const { fallback } = SETTINGS[key];
  if (text === "" && fallback === null) return null;
  if (typeof fallback === "boolean")
    return text === "true" ? true : text === "false" ? false : text;
  if (typeof fallback === "number" || key === "metricsPort")
    return /^[0-9]+$/.test(text) ? Number(text) : text;
  return text;
}

const keys = () => Object.keys(SETTINGS) as (keyof Settings)[];
const kebab = (key: string) => key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const envName = (key: string) => `BARAZA_${kebab(key).replaceAll("-", "_").toUpperCase()}`;
