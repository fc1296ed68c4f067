import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";

/** What pdf.js reads on demand, and the folder of its package that it lies in. */
const folders: Readonly<Record<string, { from: string; take: RegExp }>> = {
  cmaps: { from: "cmaps", take: /\.bcmap$|^LICENSE/ },
  fonts: { from: "standard_fonts", take: /\.(?:pfb|ttf)$|^LICENSE/ },
  wasm: { from: "wasm", take: /^(?:jbig2|openjpeg|qcms_bg)\.wasm$|^LICENSE_(?!.*QUICKJS)/ },
};

/**
 * Puts pdf.js' character maps, fonts and picture decoders beside the app, under its version, so that a PDF that needs one
 * gets it from the app's own node. None is fetched before. The app knows the path as `PDF_FILES`.
 */
export function pdfFiles(): Plugin {
  const manifest = createRequire(import.meta.url).resolve("pdfjs-dist/package.json");
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
  const place = `pdf-${version}`;
  const fileAt = (folder: string, name: string): string =>
    join(dirname(manifest), folders[folder]?.from ?? "", name);
  return {
    name: "baraza-pdf-files",
    config: () => ({ define: { PDF_FILES: JSON.stringify(`/${place}/`) } }),
    generateBundle() {
      for (const [folder, { from, take }] of Object.entries(folders))
        for (const name of readdirSync(join(dirname(manifest), from)))
          if (take.test(name))
            this.emitFile({
              type: "asset",
              fileName: `${place}/${folder}/${name}`,
              source: readFileSync(fileAt(folder, name)),
            });
    },
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const [, at, folder = "", name = ""] =
          /^\/(pdf-[\d.]+)\/(\w+)\/([\w.-]+)$/.exec(request.url ?? "") ?? [];
        if (at !== place || folders[folder]?.take.test(name) !== true) next();
        else response.end(readFileSync(fileAt(folder, name)));
      });
    },
  };
}
