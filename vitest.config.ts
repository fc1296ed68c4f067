import { defineConfig } from "vitest/config";

const isSoak = process.env["BARAZA_SOAK"] === "1";
const hours = 3_600_000;

/** Tests in a real browser: two at a time, since each waits a good part of its time. */
const inBrowser = ["packages/**/*.browser.test.{ts,tsx}", "e2e/**/*.test.ts"];
const soak = ["**/*.soak.test.ts"];
const notOurs = ["**/node_modules/**", "**/dist/**", "**/.cache/**"];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["{packages,bench,scripts}/**/*.test.{ts,tsx}"],
          exclude: [...notOurs, ...inBrowser, ...(isSoak ? [] : soak)],
          maxWorkers: 2,
          testTimeout: isSoak ? 12 * hours : 90_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "browser",
          include: inBrowser,
          exclude: [...notOurs, ...(isSoak ? [] : soak)],
          maxWorkers: 2,
          testTimeout: isSoak ? 12 * hours : 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
