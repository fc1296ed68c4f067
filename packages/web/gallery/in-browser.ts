/** For tests and pictures: the gallery in a real browser, from the sources as they stand. */
import { join } from "node:path";
import { CHROMIUM, CHROMIUM_FLAGS } from "@baraza/engine/browser/testing";
import { chromium, type Page } from "playwright-core";
import { createServer, type Plugin } from "vite";

export type Gallery = {
  readonly page: Page;
  /** Opens a screen by its name, and waits until something of it is there. */
  open(screen: string, shows: string, language?: string): Promise<void>;
  /** Opens the gallery in a language and a theme. @returns the names of all screens */
  dress(language: string, theme: "light" | "dark"): Promise<string[]>;
  /** Shows another screen without loading anything again, and waits until it stands. */
  show(screen: string): Promise<void>;
  close(): Promise<void>;
};

/** Screens with something that is drawn when its code has been fetched. */
const drawn: Readonly<Record<string, string>> = {
  invite: ".qr path",
  "admin-links": ".qr path",
  "give-made": ".qr path",
  "ask-made": ".qr path",
};

/** Serves the gallery on a free port and opens a browser with a window of this size, CSS pixels. `plugins`: further ones of Vite. */
export async function openGallery(
  width: number,
  height: number,
  plugins: Plugin[] = [],
): Promise<Gallery> {
  const web = join(import.meta.dirname, "..");
  const server = await createServer({
    root: web,
    configFile: join(web, "vite.config.ts"),
    logLevel: "error",
    plugins,
    // Each has its own: two that fill one folder at a time break it for each other.
    cacheDir: join(web, `node_modules/.vite-test/${process.pid}`),
    server: { host: "127.0.0.1", port: 0, watch: null },
  });
  await server.listen();
  const address = server.httpServer?.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...CHROMIUM_FLAGS] });
  const page = await browser.newPage({ viewport: { width, height }, reducedMotion: "reduce" });
  const visit = (query: string) => page.goto(`http://127.0.0.1:${port}/gallery/?${query}`);
  return {
    page,
    open: async (screen, shows, language = "en") => {
      await visit(`screen=${screen}&lang=${language}`);
      await page.locator(shows).first().waitFor();
    },
    dress: async (language, theme) => {
      await visit(`lang=${language}&theme=${theme}`);
      await page.locator("button").first().waitFor();
      return page.evaluate(
        () => (globalThis as unknown as { gallery: { names: string[] } }).gallery.names,
      );
    },
    show: async (screen) => {
      await page.evaluate(async (name) => {
        (globalThis as unknown as { gallery: { show(name: string): void } }).gallery.show(name);
        await document.fonts.ready;
        for (let frames = 0; frames < 4; frames++) await new Promise(requestAnimationFrame);
      }, screen);
      if (drawn[screen] !== undefined) await page.waitForSelector(drawn[screen]);
    },
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
}
