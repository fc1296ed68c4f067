/** What the parts of the files tool's work with content share: made in files-work.ts. */
import type { Bytes } from "@baraza/protocol";
import type { Chunks } from "../../blobs/cache.ts";
import type { ContentReader } from "../../blobs/content.ts";
import type { Window } from "../../blobs/window.ts";
import type { Core } from "../../core.ts";
import type { NewEvent } from "../tool.ts";
import type { Content } from "./api.ts";

export type FilesWork = {
  readonly core: Core;
  readonly chunks: Chunks;
  readonly reader: ContentReader;
  readonly window: Window;
  /** Contents that were handed over since the app was opened. */
  readonly contents: Map<string, Content>;
  /** Uploads whose content is known to be the one that they were begun with. */
  readonly checked: Set<string>;
  /** Uploads that a person stopped while they were under way. */
  readonly stopped: Map<string, AbortController>;
  /** How long this device waits for others to do what one of them has to do, ms. */
  readonly delay: number;
  post(logId: string, events: readonly NewEvent[]): Promise<string[]>;
  /** Posts messages that waited for their files. */
  postReady(): Promise<void>;
  /** Asks a space's hub, now and then, what its content takes and may take there. */
  look(logId: string): void;
  /** Brings what this device holds of some blobs to a space's hub that lacks them. @returns whether any of them is whole there now */
  bring(logId: string, blobIds: readonly string[]): Promise<boolean>;
  /** Sends what waits. Run it once at a time. @returns when to look again (ms since 1970); null: when somebody asks */
  run(): Promise<number | null>;
};

/** What is read of a content: a File or Blob, or anything like it. @throws whatever the platform throws */
export async function slice(content: Content, start: number, end: number): Promise<Bytes> {
  return new Uint8Array(await content.slice(start, end).arrayBuffer());
}
