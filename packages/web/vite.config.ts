import preact from "@preact/preset-vite";
import { defineConfig } from "vite";
import { catalogues } from "./build/catalogues-plugin.ts";
import { precache } from "./build/precache-plugin.ts";

/**
 * The app is served by a node under a strict Content-Security-Policy: no inline script or style, no
 * eval, nothing from elsewhere. So assets are never inlined as data URLs, the module-preload
 * polyfill (an inline script) is off, and every worker is a module of its own.
 */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [preact({ devToolsEnabled: false }), catalogues(), precache()],
  resolve: {
    alias: {
      "react-dom": "preact/compat",
      "react/jsx-runtime": "preact/jsx-runtime",
      react: "preact/compat",
    },
  },
  worker: { format: "es" },
  build: {
    outDir: "dist",
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    sourcemap: false,
  },
});
