/** What people do with files, found as they find it: by role and name. */
import { readFile } from "node:fs/promises";
import type { Download, Locator, Page } from "playwright-core";
import type { Visitor } from "./visitor.ts";

/** The row of a file or folder. */
export function row(page: Page, name: string): Locator {
  return page.locator(".file-cell").filter({ has: page.getByTitle(name, { exact: true }) });
}

/** From a conversation to its files. */
export async function openFiles({ page, t }: Visitor, title: string): Promise<void> {
  await page
    .getByRole("region", { name: title, exact: true })
    .getByRole("link", { name: t("shell.files"), exact: true })
    .click();
  await page.getByRole("button", { name: t("files.add"), exact: true }).waitFor();
}

/** A file that is made for the moment. */
export type Made = { name: string; bytes: Uint8Array };

/** Chooses files by the button, made for the moment or a folder of this machine. Ends when the app has them, not when they are sent. */
export async function choose(
  { page, t }: Visitor,
  files: readonly Made[] | string,
  by: "files.upload" | "files.uploadFolder" = "files.upload",
): Promise<void> {
  const given =
    typeof files === "string"
      ? files
      : files.map(({ name, bytes }) => ({
          name,
          mimeType: "application/octet-stream",
          buffer: Buffer.from(bytes),
        }));
  await page.getByLabel(t(by), { exact: true }).setInputFiles(given);
}

/** Chooses a file of this machine, which the browser reads from the disk itself: of any size, and as it is there at that moment. */
export async function chooseFromDisk(
  { page }: Visitor,
  label: string,
  path: string,
): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const { result } = await session.send("Runtime.evaluate", {
    expression: `document.querySelector(${JSON.stringify(`input[aria-label=${JSON.stringify(label)}]`)})`,
  });
  if (result.objectId === undefined) throw new Error(`there is no field "${label}"`);
  await session.send("DOM.setFileInputFiles", { files: [path], objectId: result.objectId });
  await session.detach();
}

/** Does one of the things that an entry's menu offers. */
export async function act(
  { page, t }: Visitor,
  name: string,
  action: string | RegExp,
): Promise<void> {
  await row(page, name).hover();
  await row(page, name)
    .getByRole("button", { name: t("files.more", { name }) })
    .click();
  await page.getByRole("menuitem", { name: action, exact: true }).click();
}

/** What is on its way from here. */
export function uploads({ page, t }: Visitor): Locator {
  return page.getByRole("region", { name: t("files.uploads") });
}

/** Waits until nothing is on its way from here any more. */
export async function allSent(visitor: Visitor): Promise<void> {
  await uploads(visitor).waitFor({ state: "hidden" });
}

/** Opens a file. @returns what shows it */
export async function open({ page }: Visitor, name: string): Promise<Locator> {
  await row(page, name).getByRole("link").click();
  return page.getByRole("dialog", { name, exact: true });
}

/** From an open file back to its folder. */
export async function close({ t }: Visitor, preview: Locator): Promise<void> {
  await preview.getByRole("button", { name: t("ui.back") }).click();
  await preview.waitFor({ state: "hidden" });
}

/** Opens a file, waits for what is to be seen of it, and goes back. */
export async function see(
  visitor: Visitor,
  name: string,
  what: (preview: Locator) => Locator,
): Promise<void> {
  const preview = await open(visitor, name);
  await what(preview).first().waitFor();
  await close(visitor, preview);
}

/** Downloads a file, or a folder as a zip file. @returns its bytes, and how the browser calls it */
export async function saved(
  visitor: Visitor,
  name: string,
): Promise<{ bytes: Buffer; name: string }> {
  const coming = visitor.page.waitForEvent("download");
  await act(visitor, name, /^Download/);
  return bytesOf(await coming);
}

/** What the browser has downloaded, and how it calls it. */
export async function bytesOf(download: Download): Promise<{ bytes: Buffer; name: string }> {
  return { bytes: await readFile(await download.path()), name: download.suggestedFilename() };
}

/** Downloads a file. @returns its bytes */
export async function download(visitor: Visitor, name: string): Promise<Buffer> {
  return (await saved(visitor, name)).bytes;
}

/** Drags files and folders of this machine over the list. `over` looks at the screen before they are let go. */
export async function drop(
  { page }: Visitor,
  paths: readonly string[],
  over: () => Promise<unknown>,
): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const box = await page.locator(".files").boundingBox();
  if (box === null) throw new Error("there are no files on the screen");
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  const send = (type: "dragEnter" | "dragOver" | "drop") =>
    session.send("Input.dispatchDragEvent", { type, ...at, data });
  await send("dragEnter");
  await send("dragOver");
  await over();
  await send("drop");
  await session.detach();
}

/** The names in the list, in its order. */
export function names(page: Page): Promise<string[]> {
  return page
    .locator(".file-cell .file-open")
    .evaluateAll((links) => links.map((link) => link.getAttribute("title") ?? ""));
}
