/**
 * Pictures of every gallery screen and an accessibility check of each: `node gallery/shots.ts DIR [screen ...]`.
 * Phone and desktop, light and dark, English and Arabic. Ends with 1 if axe finds anything.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { createServer } from "vite";

const [directory = "/tmp/baraza-gallery", ...only] = process.argv.slice(2);
const screens =
  only.length > 0
    ? only
    : [
        "signup",
        "signup-invited",
        "setup",
        "signin",
        "join",
        "join-asked",
        "join-expired",
        "list",
        "list-joins",
        "list-returns",
        "list-empty",
        "list-offline",
        "conversation",
        "conversation-trouble",
        "conversation-closed",
        "conversation-names",
        "conversation-empty",
        "conversation-long",
        "people",
        "person",
        "person-changed",
        "meet",
        "warned",
        "people-names",
        "decisions",
        "kept",
        "rename",
        "invite",
        "new-space",
        "search",
        "search-empty",
        "search-none",
        "settings",
        "admin-rules",
        "admin-invitations",
        "admin-list",
        "admin-links",
        "admin-accounts",
        "admin-account",
        "admin-acts",
        "admin-leave",
        "data",
        "data-making",
        "data-ready",
        "data-wrong",
        "data-came",
        "data-closed",
        "move",
        "move-file",
        "move-reading",
        "lock",
        "lock-wrong",
        "lock-phrase",
        "lock-passkey",
        "lock-set",
        "lock-change",
        "files",
        "files-grid",
        "files-empty",
        "files-own",
        "files-gone",
        "files-deep",
        "files-many",
        "files-uploads",
        "files-bin",
        "files-details",
        "files-rename",
        "files-move",
        "files-storage",
        "preview-words",
        "preview-sheet",
        "preview-none",
        "preview-cost",
        "preview-trouble",
        "signin-wiped",
        "claim",
        "safety",
        "safety-people",
        "safety-choose",
        "safety-nobody",
        "practise",
        "sheet",
        "sheet-new",
        "recover",
        "recover-asking",
        "recover-ready",
        "help",
        "help-nothing",
        "help-done",
        "nudge",
        "components",
      ];
const looks = [
  { name: "phone-light-en", width: 360, height: 740, theme: "light", lang: "en" },
  { name: "phone-dark-ar", width: 360, height: 740, theme: "dark", lang: "ar" },
  { name: "desktop-dark-en", width: 1280, height: 800, theme: "dark", lang: "en" },
  { name: "desktop-light-ar", width: 1280, height: 800, theme: "light", lang: "ar" },
  // A small screen at 200 %, or a laptop at 400 %: WCAG 2.2, 1.4.10.
  { name: "zoomed-light-en", width: 320, height: 480, theme: "light", lang: "en" },
];
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

mkdirSync(directory, { recursive: true });
const server = await createServer({
  root: join(import.meta.dirname, ".."),
  logLevel: "error",
  server: { host: "127.0.0.1", port: 0 },
});
await server.listen();
const address = server.httpServer?.address();
const port = typeof address === "object" && address ? address.port : 0;
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
let faults = 0;
try {
  for (const look of looks) faults += await shoot(browser, look);
} finally {
  await browser.close();
  await server.close();
}
process.stdout.write(`${faults} faults\n`);
process.exitCode = faults > 0 ? 1 : 0;

async function shoot(browser: Browser, look: (typeof looks)[number]): Promise<number> {
  let found = 0;
  const page = await browser.newPage({
    viewport: { width: look.width, height: look.height },
    reducedMotion: "reduce",
  });
  page.on("pageerror", (error) => {
    found++;
    process.stdout.write(`${look.name}: ${error.message}\n`);
  });
  for (const screen of screens) {
    await page.goto(
      `http://127.0.0.1:${port}/gallery/?screen=${screen}&lang=${look.lang}&theme=${look.theme}`,
    );
    await page.waitForFunction(() => (document.querySelector("#app")?.childElementCount ?? 0) > 0);
    await page.evaluate(() => document.fonts.ready);
    await page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    );
    if (screen === "invite" || screen === "admin-links") await page.waitForSelector(".qr path");
    await page.screenshot({ path: join(directory, `${screen}-${look.name}.png`) });
    await page.evaluate(axe);
    const result = await page.evaluate(async () => {
      const { axe } = window as unknown as {
        axe: {
          run: (options: object) => Promise<{
            violations: { id: string; nodes: { target: unknown[]; failureSummary?: string }[] }[];
          }>;
        };
      };
      const { violations } = await axe.run({
        runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
      });
      const wide = document.documentElement.scrollWidth > innerWidth;
      return {
        violations: violations.map(({ id, nodes }) => ({
          id,
          nodes: nodes
            .slice(0, 3)
            .map((node) => `${String(node.target)} ${node.failureSummary?.split("\n")[1] ?? ""}`),
        })),
        wide,
      };
    });
    if (result.wide) process.stdout.write(`${screen} ${look.name}: scrolls sideways\n`);
    for (const { id, nodes } of result.violations)
      process.stdout.write(
        `${screen} ${look.name}: ${id}\n${nodes.map((node) => `    ${node}\n`).join("")}`,
      );
    found += result.violations.length + (result.wide ? 1 : 0);
  }
  await page.close();
  return found;
}
