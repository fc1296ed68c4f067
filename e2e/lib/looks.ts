/** Looking at screens: on a phone or a desktop, light or dark; what axe has to say about them stands beside the gallery. */
import type { Page } from "playwright-core";

export { axeFaults } from "@baraza/web/axe";

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
