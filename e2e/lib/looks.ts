/** Looking at screens: on a phone or a desktop, light or dark, and what axe has to say about them. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";

export type Device = "phone" | "desktop";
export type Scheme = "light" | "dark";

const metrics = {
  phone: { width: 360, height: 740, deviceScaleFactor: 2, mobile: true },
  desktop: { width: 1280, height: 800, deviceScaleFactor: 1, mobile: false },
} as const;

/** Makes a tab look like that of a device. @returns what takes a picture of it, as PNG */
export async function lookLike(
  page: Page,
  device: Device,
  scheme: Scheme,
): Promise<() => Promise<Buffer>> {
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setDeviceMetricsOverride", metrics[device]);
  await session.send("Emulation.setTouchEmulationEnabled", { enabled: device === "phone" });
  return async () => {
    // Rows find their new heights over a few frames.
    await page.evaluate(async () => {
      for (let frame = 0; frame < 12; frame++)
        await new Promise((resolve) => requestAnimationFrame(resolve));
    });
    const { data } = await session.send("Page.captureScreenshot", { format: "png" });
    await session.detach();
    return Buffer.from(data, "base64");
  };
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds wrong, a line each: the rule, where, and why. What fades in is looked at when it stands. */
export async function axeFaults(page: Page): Promise<string[]> {
  await page.evaluate(async () => {
    const passing = (): Animation[] =>
      document
        .getAnimations()
        .filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    // Colours begin to change in the frame after the one that asks for them.
    do {
      await Promise.allSettled(passing().map(({ finished }) => finished));
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    } while (passing().length > 0);
  });
  // Put in by the DevTools protocol, which the page's policy does not bind.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(async () => {
    const { axe: loaded } = window as unknown as {
      axe: { run(where: Document): Promise<AxeResults> };
    };
    return loaded.run(document);
  });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`),
  );
}
