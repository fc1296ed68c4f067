/**
 * What a tab does before the engine takes a file: finds out what it is, frees it of the place where it was taken, makes a small
 * picture and reads its words. One queue for the tab, so that going to another screen does not end it.
 */
import type { Prepared } from "@baraza/engine";
import { signal, type ReadonlySignal } from "@preact/signals";
import type { Described } from "../../decode/api.ts";
import type { Decoder } from "../../decode/decoder.ts";
import type { Chosen } from "../../features/files/add.tsx";
import { failureSentence } from "../../features/files/model.ts";
import type { Preparing } from "../../features/files/uploads.tsx";
import { t } from "../../i18n/index.ts";
import { toast } from "../../ui/toast.tsx";
import type { EnginePort, Result } from "../engine.ts";

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
  /** Adds a newer version of a file. */
  addVersion(of: { spaceId: string; fileId: string }, file: File, keepDetails: boolean): void;
  dismiss(): void;
}

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
    (decoder ??= import("../../decode/prepare.ts").then(({ createDecoder }) => createDecoder()));

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
        () => t("files.failure.empty"),
      );
      preparing.value = { ...preparing.peek(), left: preparing.peek().left - 1 };
      if (why !== null) fail(name, why);
    }
    running--;
    if (running === 0) folders.clear();
  };
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
        if (!result.ok) throw new Error(result.code ?? result.failure);
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
    add: (into, chosen, keepDetails) => {
      for (const { file, path } of chosen)
        put(file.name, async () => {
          const parentId = await folderAt(into, path);
          return addNow({ spaceId: into.spaceId, parentId }, file, keepDetails);
        });
    },
    addVersion: (of, file, keepDetails) =>
      put(file.name, async () => {
        const { content, prepared } = await prepare(await decoding(), file, keepDetails);
        return engine.call("files.addVersion", { ...of, content, prepared });
      }),
    dismiss: () => {
      preparing.value = { ...preparing.peek(), failed: [] };
    },
  };
}

/** A file as it is to be handed to the engine. @throws when it cannot be read at all: it is a folder, or it is gone */
async function prepare(
  decoder: Decoder,
  file: File,
  keepDetails: boolean,
): Promise<{ content: Blob; prepared: Prepared }> {
  const { ranged, sniff } = await import("../../decode/prepare.ts");
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
  const { freed } = await import("../../decode/prepare.ts");
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
  const { lookIntoMedia } = await import("../../decode/prepare.ts");
  const url = URL.createObjectURL(content);
  try {
    return await lookIntoMedia(url, kind);
  } catch {
    return { meta: {} };
  } finally {
    URL.revokeObjectURL(url);
  }
}
