/**
 * What a tab does before the engine takes a file: finds out what it is, frees it of the place where it was taken, makes a small
 * picture and reads its words. One queue for the tab, so that going to another screen does not end it.
 */
import type { Prepared } from "@baraza/engine";
import { effect, signal, type ReadonlySignal } from "@preact/signals";
import type { Described } from "../../decode/api.ts";
import type { Decoder } from "../../decode/decoder.ts";
import type * as prepareParts from "../../decode/prepare.ts";
import type { Chosen } from "../../features/files/chosen.ts";
import { failureSentence } from "../../features/files/model.ts";
import type { Preparing } from "../../features/files/uploads.tsx";
import { t } from "../../i18n/index.ts";
import { toast } from "../../ui/toast.tsx";
import type { EnginePort, Result } from "../engine.ts";
import { failureText } from "../failure.ts";
import { AGAIN_MS, isAway } from "../lazy.tsx";

/** Brings files into the engine one after the other. */
export interface Uploader {
  readonly preparing: ReadonlySignal<Preparing>;
  /** Adds files to a folder, those of chosen folders into folders of the same names. */
  add(
    into: { spaceId: string; parentId: string | null },
    chosen: readonly Chosen[],
    keepDetails: boolean,
  ): void;
  /** Adds one file past the queue; resolves when the engine has noted it. @throws when it cannot be read at all */
  addNow(
    into: { spaceId: string; parentId: string | null },
    file: File,
    keepDetails: boolean,
  ): Promise<Result<unknown>>;
  /** Makes one file ready without adding it anywhere. @throws when it cannot be read at all */
  prepare(file: File, keepDetails: boolean): Promise<{ content: Blob; prepared: Prepared }>;
  /** Adds a newer version of a file. */
  addVersion(of: { spaceId: string; fileId: string }, file: File, keepDetails: boolean): void;
  /** Fetches what makes files ready, so that they can be added when there is no line, too. */
  warm(): void;
  dismiss(): void;
}

/** A folder for it cannot be made; its message is for people. */
class NoPlace extends Error {}

const uploaders = new WeakMap<EnginePort, Uploader>();

/** The tab's uploader. */
export function uploaderOf(engine: EnginePort): Uploader {
  const known = uploaders.get(engine) ?? createUploader(engine);
  uploaders.set(engine, known);
  return known;
}

/** How many files are made ready at the same time: one is decoded while the engine writes the other. */
const TOGETHER = 2;

function createUploader(engine: EnginePort): Uploader {
  const preparing = signal<Preparing>({ left: 0, failed: [] });
  const queue: { name: string; work: () => Promise<Result<unknown>> }[] = [];
  let decoder: Promise<Decoder> | undefined;
  let running = 0;
  const folders = new Map<string, Promise<string | null>>();

  const decoding = (): Promise<Decoder> =>
    (decoder ??= decodePart().then(({ createDecoder }) => createDecoder()));

  const fail = (name: string, why: string): void => {
    const { left, failed } = preparing.peek();
    preparing.value = { left, failed: [...failed, { name, why }] };
  };
  const run = async (): Promise<void> => {
    if (running >= TOGETHER) return;
    running++;
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { name, work } = next;
      const why = await work().then(
        (result) => (result.ok ? null : failureSentence(result.code ?? null)),
        (error: unknown) => (error instanceof NoPlace ? error.message : t("files.failure.empty")),
      );
      preparing.value = { ...preparing.peek(), left: preparing.peek().left - 1 };
      if (why !== null) fail(name, why);
    }
    running--;
    if (running === 0) folders.clear();
  };
  // What is made ready lives in this tab only: whoever closes it now is asked first.
  const stay = (event: BeforeUnloadEvent): void => event.preventDefault();
  effect(() => {
    if (preparing.value.left > 0) addEventListener("beforeunload", stay);
    else removeEventListener("beforeunload", stay);
  });
  const put = (name: string, work: () => Promise<Result<unknown>>): void => {
    queue.push({ name, work });
    preparing.value = { ...preparing.peek(), left: preparing.peek().left + 1 };
    void run();
  };

  /** The folder for a way of names, asked for once for all files in it. */
  const folderAt = (
    { spaceId, parentId }: { spaceId: string; parentId: string | null },
    path: readonly string[],
  ): Promise<string | null> => {
    if (path.length === 0) return Promise.resolve(parentId);
    const key = JSON.stringify([spaceId, parentId, path]);
    const known = folders.get(key);
    if (known !== undefined) return known;
    const made = engine
      .call("files.folderAt", { spaceId, parentId, path: [...path] })
      .then((result) => {
        if (!result.ok)
          throw new NoPlace(
            result.code === "invalid" ? t("files.refused") : failureText(result.failure),
          );
        return result.value.fileId;
      });
    folders.set(key, made);
    return made;
  };

  const addNow: Uploader["addNow"] = async ({ spaceId, parentId }, file, keepDetails) => {
    const { content, prepared } = await prepare(await decoding(), file, keepDetails);
    return engine.call("files.add", {
      spaceId,
      parentId,
      name: file.name,
      content,
      prepared,
      changedAt: file.lastModified,
    });
  };

  return {
    preparing,
    addNow,
    prepare: async (file, keepDetails) => prepare(await decoding(), file, keepDetails),
    add: (into, chosen, keepDetails) => {
      for (const one of chosen)
        if ("unread" in one)
          fail(
            one.unread,
            t(one.why === "tooMany" ? "files.failure.tooMany" : "files.failure.empty"),
          );
        else
          put(one.file.name, async () => {
            const parentId = await folderAt(into, one.path);
            return addNow({ spaceId: into.spaceId, parentId }, one.file, keepDetails);
          });
    },
    addVersion: (of, file, keepDetails) =>
      put(file.name, async () => {
        const { content, prepared } = await prepare(await decoding(), file, keepDetails);
        return engine.call("files.addVersion", { ...of, content, prepared });
      }),
    warm: () => {
      // The decoder's own worker is fetched with the first file that it looks at: here one with nothing in it.
      if (decoder === undefined) void decoding().then((made) => made.describe(new Blob(), ""));
    },
    dismiss: () => {
      preparing.value = { ...preparing.peek(), failed: [] };
    },
  };
}

/**
 * What makes files ready. While it is neither on the device nor to be had, whatever is added waits for it: unprepared, a picture
 * would say where it was taken.
 */
async function decodePart(): Promise<typeof prepareParts> {
  for (;;) {
    try {
      return await import("../../decode/prepare.ts");
    } catch (error) {
      if (!isAway(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}

/** A file as it is to be handed to the engine. @throws when it cannot be read at all: it is a folder, or it is gone */
async function prepare(
  decoder: Decoder,
  file: File,
  keepDetails: boolean,
): Promise<{ content: Blob; prepared: Prepared }> {
  const { ranged, sniff } = await decodePart();
  const { kind, type } = await sniff(ranged(file), file.name);
  const content = keepDetails ? file : await freedOf(file, type);
  const described: Described =
    kind === "audio" || kind === "video"
      ? { kind, type, ...(await mediaOf(content, kind)) }
      : await decoder.describe(content, file.name);
  const { width, height, durationMs, pages } = described.meta;
  return {
    content,
    prepared: {
      type: described.type,
      thumbnail: described.thumbnail,
      text: described.text,
      meta: { width, height, durationMs, pages },
    },
  };
}

async function freedOf(file: File, type: string): Promise<Blob> {
  const { freed } = await decodePart();
  try {
    const { source } = await freed(file, type);
    return source instanceof Blob ? source : file;
  } catch {
    toast({ text: t("files.notFreed", { name: file.name }), sticky: true });
    return file;
  }
}

/** What a tab can see of a film or a recording; nothing where it cannot play it. */
async function mediaOf(
  content: Blob,
  kind: "audio" | "video",
): Promise<Pick<Described, "meta" | "thumbnail">> {
  const { lookIntoMedia } = await decodePart();
  const url = URL.createObjectURL(content);
  try {
    return await lookIntoMedia(url, kind);
  } catch {
    return { meta: {} };
  } finally {
    URL.revokeObjectURL(url);
  }
}
