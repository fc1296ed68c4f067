/** Saves content where the browser keeps downloads, while it is read: of any size, with little memory. */
import { offer } from "./offer.ts";
import { allOf, type ContentSource } from "./source.ts";

/** What is put together in memory where there is no other way: a browser without service workers. */
export const AT_ONCE = 256 * 1024 * 1024;

/** What a browser without a service worker cannot save. */
export class TooLargeToSave extends Error {
  override readonly name = "TooLargeToSave";
}

/** How long an offer stands for the browser to begin reading it; while it reads, its channel stays open without it. */
const OFFER_MS = 60_000;

/**
 * Begins to save; the browser shows how far it is, asks where to put it, and can cancel. What fails on the way (a line that is lost for
 * good, altered content) ends the download as failed, and never as a shorter file.
 * @throws TooLargeToSave
 */
export async function save(source: ContentSource): Promise<void> {
  const offered = await offer(source, false);
  if (offered === null) return saveAtOnce(source);
  follow(offered.url);
  setTimeout(offered.close, OFFER_MS);
}

async function saveAtOnce(source: ContentSource): Promise<void> {
  if (!("stream" in source) && source.size > AT_ONCE) throw new TooLargeToSave();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const piece of allOf(source)) {
    size += piece.length;
    if (size > AT_ONCE) throw new TooLargeToSave();
    parts.push(new Uint8Array(piece));
  }
  const url = URL.createObjectURL(new Blob(parts, { type: "application/octet-stream" }));
  follow(url, source.name);
  setTimeout(() => URL.revokeObjectURL(url), OFFER_MS);
}

/** An address of content is followed like a link: some browsers ask no service worker for what a link's `download` names. */
function follow(url: string, download?: string): void {
  const link = document.createElement("a");
  link.href = url;
  if (download !== undefined) link.download = download;
  document.body.append(link);
  link.click();
  link.remove();
}
