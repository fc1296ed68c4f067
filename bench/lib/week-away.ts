/** How long the slow phone takes, after a week away, until its list of conversations is as it should be. */
import { median, report } from "./figure.ts";
import { startNode } from "./node-process.ts";
import type { Phone } from "./phone.ts";
import { APP, buildApp, joinOnPhone, startPhone, words } from "./phone.ts";
import { fill, writer } from "./writers.ts";

const ROUNDS = 3;
const HOURS = 3_600_000;

/** Somebody writes into all spaces of the phone's owner while the phone is off; then it is opened. */
export async function weekAway(of: { spaces: number; entries: number }): Promise<void> {
  buildApp();
  const node = await startNode("phone.localhost", { "app-dir": APP });
  const amina = await writer(node.url, "amina");
  let phone = await startPhone();
  try {
    const spaceIds: string[] = [];
    for (let i = 0; i < of.spaces; i++) {
      const title = `Space ${i}`;
      const { spaceId } = await amina.engine.commands["space.create"]({ title });
      spaceIds.push(spaceId);
      const { link } = await amina.engine.commands["space.invite"]({ spaceId, days: 1 });
      if (i === 0) await joinOnPhone(phone, `${node.url}${link}`, "Chiku");
      else {
        await phone.page.goto(`${node.url}${link}`);
        await phone.page.getByRole("button", { name: words("join.accept") }).click();
      }
      await phone.page.getByRole("heading", { name: title, exact: true }).waitFor();
    }
    await phone.quiet(HOURS);
    const times: number[] = [];
    const each = of.entries / of.spaces;
    for (let round = 0; round < ROUNDS; round++) {
      phone = await phone.again();
      for (const spaceId of spaceIds)
        await fill(amina.engine, spaceId, round * each, (round + 1) * each);
      times.push(await untilTrue(phone, node.url, `${(round + 1) * each - 1} `));
      await phone.quiet(HOURS);
    }
    report({ figure: "chat.catchup", value: median(times), unit: "ms" });
  } finally {
    await phone.close();
    await amina.close();
    await node.close();
  }
}

/**
 * Opens the app and goes down its list again and again as it stands, until every row of it shows the newest message.
 * @returns ms from the start
 */
async function untilTrue(phone: Phone, url: string, newest: string): Promise<number> {
  const { page } = phone;
  return phone.slowly(async () => {
    const start = Date.now();
    await page.goto(url, { waitUntil: "commit" });
    await page.locator('.pane-list a[href^="/s/"]').first().waitFor();
    const end = await page.evaluate(async (wanted) => {
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      for (;;) {
        const list = document.querySelector(".pane-list .pane-body");
        const rows = [...document.querySelectorAll('.pane-list a[href^="/s/"]')];
        const right = rows.length > 0 && rows.every((row) => row.textContent?.includes(wanted));
        if (list === null || !right) {
          list?.scrollTo(0, 0);
          await new Promise((resolve) => setTimeout(resolve, 100));
        } else if (list.scrollTop + list.clientHeight >= list.scrollHeight - 1) return Date.now();
        else {
          list.scrollBy(0, list.clientHeight);
          await frame();
          await frame();
        }
      }
    }, newest);
    return end - start;
  });
}
