/**
 * The Debian packages that tests and benchmarks need besides npm's: a browser and fonts for all
 * that run in a browser, and what a file asks for by a line such as `// debian: prosody`.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { root, Refusal, runLogged, step } from "./base.mjs";

const browser = ["chromium", "fonts-noto-core", "fonts-noto-cjk", "fonts-noto-color-emoji"];

/** What `npm test` needs. */
export function packagesOfTests() {
  const named = ["packages", "e2e", "bench", "scripts"]
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((path) => !path.includes("node_modules"))
    .flatMap((path) => packagesNamedBy(path));
  return [...new Set([...browser, ...named])];
}

/** The packages that a file names in lines such as `// debian: prosody`. */
export function packagesNamedBy(path) {
  const lines = readFileSync(path, "utf8").matchAll(/^\/\/ debian: ([a-z0-9 .+-]+)$/gm);
  return [...lines].flatMap(([, names]) => names.trim().split(/\s+/));
}

/** Installs what is missing when run by root; else says what to install and stops. */
export async function installSystemPackages(wanted) {
  if (wanted.length === 0) return;
  if (!existsSync("/usr/bin/dpkg-query")) {
    if (!wanted.includes("chromium") || existsSync("/usr/bin/chromium")) return;
    throw new Refusal(
      `The tests run in Chromium, which is expected as /usr/bin/chromium (with Noto fonts). This ` +
        `system is not a Debian, so please install these in its own way: ${wanted.join(", ")}.`,
    );
  }
  const missing = missingPackages(wanted);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0) {
    throw new Refusal(
      `These Debian packages are missing: ${missing.join(", ")}. Install them with\n\n` +
        `  sudo apt-get update && sudo apt-get install --no-install-recommends ${missing.join(" ")}` +
        `\n\nand run the command again.`,
    );
  }
  await step(`Installing Debian packages: ${missing.join(", ")}`, () => aptInstall(missing));
}

async function aptInstall(missing) {
  const env = {
    ...process.env,
    // dpkg looks for its helpers in the administrator's directories.
    PATH: [process.env["PATH"] ?? "", "/usr/local/sbin", "/usr/sbin", "/sbin"].join(delimiter),
    DEBIAN_FRONTEND: "noninteractive",
    LC_ALL: "C.UTF-8",
    // Keeps a package's own service from being started where the system asks by run level.
    RUNLEVEL: "1",
  };
  const options = ["-q", "-y", "-o", "Acquire::Retries=3", "-o", "DPkg::Lock::Timeout=300"];
  const install = [...options, "install", "--no-install-recommends", ...missing];
  for (let attempt = 1; ; attempt++) {
    await runLogged("apt-update", "apt-get", [...options, "update"], env);
    const result = await runLogged("apt-install", "apt-get", install, env);
    if (missingPackages(missing).length === 0) return;
    if (attempt === 3) {
      throw new Refusal(
        `apt-get could not install ${missing.join(", ")}. Its last lines:\n\n${result.tail}\n\n` +
          `All of it is in ${result.log}.`,
      );
    }
  }
}

function missingPackages(wanted) {
  return wanted.filter((name) => {
    if (name === "chromium" && existsSync("/usr/bin/chromium")) return false;
    const query = spawnSync("/usr/bin/dpkg-query", ["-W", "-f=${db:Status-Status}", name], {
      encoding: "utf8",
    });
    return query.stdout !== "installed";
  });
}
