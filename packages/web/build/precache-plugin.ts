import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "vite";
import { onlyWhenAsked, whatCanWait } from "./rest.ts";
import { languages } from "../src/i18n/languages.ts";
import type { Precache } from "../src/sw/routes.ts";

/**
 * Builds `sw.js` after the app, with the list of the app's files in it. Language catalogues are not
 * fetched before someone reads that language, nor what can wait before a later start: that list is a file of its own. The service worker's version is a hash of everything,
 * so that any change makes a new one.
 */
export function precache(): Plugin {
  let outDir = "";
  let publicDir = "";
  return {
    name: "baraza-precache",
    apply: "build",
    configResolved(config) {
      outDir = join(config.root, config.build.outDir);
      publicDir = config.publicDir;
    },
    async closeBundle() {
      if (!existsSync(join(outDir, "index.html"))) return;
      const list = listFiles(outDir, publicDir);
      await build({
        configFile: false,
        logLevel: "error",
        define: { PRECACHE: JSON.stringify(list) },
        publicDir: false,
        build: {
          outDir,
          emptyOutDir: false,
          target: "es2023",
          modulePreload: false,
          rolldownOptions: {
            input: fileURLToPath(new URL("../src/sw/sw.ts", import.meta.url)),
            output: { entryFileNames: "sw.js", format: "es" },
          },
        },
      });
    },
  };
}

/** Every file of the build by its path, with what is needed at once and what only some need. */
function listFiles(outDir: string, publicDir: string): Precache {
  const assets = readdirSync(join(outDir, "assets")).map((name) => `/assets/${name}`);
  const fixed = existsSync(publicDir)
    ? readdirSync(publicDir)
        .filter((name) => !name.endsWith(".png"))
        .map((name) => `/${name}`)
    : [];
  const canWait = whatCanWait(outDir);
  const isCatalogue = (path: string): boolean =>
    !canWait(path) && languages.some(({ code }) => path.startsWith(`/assets/${code}-`));
  const all = [...assets, ...fixed].filter((path) => !path.endsWith(".map")).toSorted();
  const hash = createHash("sha256");
  for (const path of [...all, "/index.html"])
    hash.update(path).update(readFileSync(join(outDir, path)));
  const version = hash.digest("hex").slice(0, 16);
  const rest = `/assets/rest-${version.slice(0, 8)}.json`;
  const listed = all.filter((path) => canWait(path) && !onlyWhenAsked(path));
  writeFileSync(join(outDir, rest), JSON.stringify(listed));
  return {
    version,
    first: all.filter((path) => !isCatalogue(path) && !canWait(path)),
    later: all.filter(isCatalogue),
    rest,
    asked: all.filter(onlyWhenAsked),
  };
}
