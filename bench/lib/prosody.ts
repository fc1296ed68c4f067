/**
 * Prosody (Debian's) as a peer: one virtual host and one component of rooms that archive, from a configuration, on ports
 * and in a directory of the benchmark's own. Nothing of the system's service is read, started or stopped.
 */
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { end, freePort, tie, until } from "./process.ts";

export type Prosody = { port: number; pid: number; close(): Promise<void> };

export const HOST = "bench.localhost";
export const ROOM = `room@rooms.${HOST}`;
export const PASSWORD = "a quiet passphrase";

/** Starts it with an account for each name. Its storage is on: accounts, rooms and the room's archive are in files. */
export async function startProsody(names: readonly string[]): Promise<Prosody> {
  const dir = await mkdtemp(join(tmpdir(), "baraza-bench-prosody-"));
  const port = await freePort();
  const accounts = join(dir, "data", encode(HOST), "accounts");
  await mkdir(accounts, { recursive: true });
  for (const name of names)
    await writeFile(
      join(accounts, `${name}.dat`),
      `return { ["password"] = ${JSON.stringify(PASSWORD)} };\n`,
    );
  const config = join(dir, "prosody.cfg.lua");
  await writeFile(config, configOf(dir, port));
  const child = spawn("prosody", ["-F", "--config", config], { stdio: "ignore" });
  tie(child);
  await until("Prosody listens", () => {
    if (child.exitCode !== null) throw new Error(`Prosody ended with ${child.exitCode}`);
    return listening(port);
  });
  return {
    port,
    pid: child.pid ?? 0,
    close: async () => {
      await end(child);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/**
 * No more modules than the room needs, no logging, no encryption, passwords compared as they are; nobody is told who comes and goes,
 * since a thousand who come in would be a million notices.
 */
function configOf(dir: string, port: number): string {
  const path = (name: string) => JSON.stringify(join(dir, name));
  return `
run_as_root = true
pidfile = ${path("prosody.pid")}
data_path = ${path("data")}
certificates = ${path("certs")}
log = { error = ${path("prosody.err")} }
interfaces = { "127.0.0.1" }
c2s_ports = { ${port} }
c2s_direct_tls_ports = {}
s2s_ports = {}
http_ports = {}
https_ports = {}
modules_enabled = { "roster", "saslauth", "disco", "ping" }
modules_disabled = { "s2s", "tls" }
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "internal_plain"
storage = "internal"
VirtualHost "${HOST}"
Component "rooms.${HOST}" "muc"
  modules_enabled = { "muc_mam" }
  muc_log_by_default = true
  muc_room_locking = false
  muc_room_default_persistent = true
  restrict_room_creation = false
  muc_room_default_presence_broadcast = { visitor = false, participant = false, moderator = false }
`;
}

/** File names as Prosody writes them: everything but letters, digits and underscores as percent and hexadecimal. */
function encode(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);
}

function listening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}
