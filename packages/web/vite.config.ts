import preact from "@preact/preset-vite";
import { opaqueApart } from "@baraza/crypto/vite";
import { slimSqlite } from "@baraza/engine/vite";
import { defineConfig } from "vite";
import { bareSql } from "./build/bare-sql-plugin.ts";
import { catalogues } from "./build/catalogues-plugin.ts";
import { emoji } from "./build/emoji-plugin.ts";
import { pdfFiles } from "./build/pdf-files-plugin.ts";
import { precache } from "./build/precache-plugin.ts";

/**
 * The app is served by a node under a strict Content-Security-Policy: no inline script or style, no
 * eval, nothing from elsewhere. So assets are never inlined as data URLs, the module-preload
 * polyfill (an inline script) is off, and every worker is a module of its own.
 */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [
    preact({ devToolsEnabled: false }),
    slimSqlite(),
    opaqueApart(),
    catalogues(),
    pdfFiles(),
    emoji(),
    precache(),
  ],
  resolve: {
    alias: {
      "react-dom": "preact/compat",
      "react/jsx-runtime": "preact/jsx-runtime",
      react: "preact/compat",
    },
  },
  worker: {
    format: "es",
    plugins: () => [slimSqlite(), opaqueApart(), bareSql()],
    // Chunks of the engine and of the app may come from files of the same name.
    rolldownOptions: { output: { chunkFileNames: "assets/engine-[name]-[hash].js" } },
  },
  build: {
    outDir: "dist",
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    sourcemap: false,
    rolldownOptions: {
      output: {
        // What every screen uses travels in one file: on a slow line each request costs more than its bytes.
        codeSplitting: {
          groups: [
            {
              name: "base",
              test: /node_modules\/(preact\/(dist|hooks|jsx-runtime)|@preact\/signals)|src\/(i18n\/[^/]+\.ts|app\/[^/]+\.tsx?|styles)|src\/ui\/(?!bubble|composer|completion|format-bar|qr-|copy-field|camera)|src\/features\/chat\/list/,
            },
            // Of the page for people outside; the app has these in its worker.
            { name: "protocol", test: /packages\/protocol\/src\/|node_modules\/(valibot|cborg)\// },
            {
              name: "primitives",
              test: /crypto\/src\/(primitives|errors|records|files|sharing)|@noble\/(hashes\/(sha|_|hk|hm|util)|ciphers)/,
            },
            {
              name: "conversation",
              test: /src\/features\/chat\/(?!new-poll|poll|forward|history|pins|thread\.|too-long|selecting|trouble)|src\/ui\/(bubble|composer|completion)|node_modules\/(virtua|preact\/compat)/,
            },
          ],
        },
      },
    },
  },
});
