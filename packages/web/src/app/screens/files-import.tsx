/** Bringing in what other services hand out: the dialog over a folder, and what it puts into the engine. */
import { nameKey, safeName } from "@baraza/engine/file-names";
import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { save } from "../../content/save.ts";
import type { MadeSource } from "../../content/source.ts";
import { Import, type ImportStep, whyWord } from "../../features/import/import.tsx";
import { bringIn, type Place } from "../../import/bring-in.ts";
import { type Left, planOf } from "../../import/items.ts";
import { t } from "../../i18n/index.ts";
import type { EnginePort, Result } from "../engine.ts";
import { failureText } from "../failure.ts";
import { first, until } from "../until.ts";
import { uploaderOf } from "./files-upload.ts";

/** Where things are brought in: a folder of a space, or its top. */
export interface Into {
  spaceId: string;
  parentId: string | null;
}

/** The engine refused something that the rest would be refused for as well. */
class Refused extends Error {
  override readonly name = "Refused";
  readonly result: Extract<Result, { ok: false }>;
  constructor(result: Extract<Result, { ok: false }>) {
    super(result.code ?? result.failure);
    this.result = result;
  }
}

/** Uploads that may wait while more is unpacked. */
const AHEAD = 8;
const PAGE = 500;

export function FilesImport({
  engine,
  into,
  where,
  keepDetails,
  onClose,
}: {
  engine: EnginePort;
  into: Into;
  /** The name of where it goes. */
  where: string;
  keepDetails: boolean;
  onClose: () => void;
}) {
  const [step, setStep] = useState<ImportStep>({ at: "choose" });
  const stop = useRef<AbortController>(undefined);
  useEffect(() => () => stop.current?.abort(), []);
  const look = async (files: File[], unzip: boolean): Promise<void> => {
    if (files.length === 0) return;
    setStep({ at: "looking" });
    setStep({ at: "found", plan: await planOf(files, { unzip }) });
  };
  const start = async (): Promise<void> => {
    if (step.at !== "found") return;
    const { plan } = step;
    const stopping = new AbortController();
    stop.current = stopping;
    setStep({ at: "running", plan, progress: { files: 0, bytes: 0, taken: 0, there: 0 } });
    let reason: string | undefined;
    const report = await bringIn(plan, placeIn(engine, into, keepDetails, stopping.signal), {
      signal: stopping.signal,
      onProgress: (progress) => setStep({ at: "running", plan, progress }),
      stopsWith: (error) => {
        if (!(error instanceof Refused)) return false;
        reason = failureText(error.result.failure);
        return true;
      },
    });
    // Nothing follows the uploads any more.
    stopping.abort();
    setStep({ at: "done", report, reason });
  };
  return (
    <Import
      into={where}
      step={step}
      onZips={(files) => void look(files, true)}
      onFolder={(files) => void look(files, false)}
      onStart={() => void start()}
      onStop={() => stop.current?.abort()}
      onSaveList={(left) => void save(listOf(left))}
      onClose={onClose}
    />
  );
}

function placeIn(
  engine: EnginePort,
  { spaceId, parentId }: Into,
  keepDetails: boolean,
  stopping: AbortSignal,
): Place {
  const uploader = uploaderOf(engine);
  const waiting = signal(0);
  const unfollow = engine.watch(
    "files.uploads",
    {},
  )((uploads) => {
    // What is done is still listed. What a person has paused, or has to see to, holds nothing up.
    waiting.value = uploads.filter(
      ({ state, done, total }) => done < total && (state === "waiting" || state === "sending"),
    ).length;
  });
  stopping.addEventListener("abort", unfollow);
  const valueOf = <T,>(result: Result<T>): T => {
    if (!result.ok) throw new Refused(result);
    return result.value;
  };
  return {
    folderAt: async (path) =>
      path.length === 0
        ? parentId
        : valueOf(await engine.call("files.folderAt", { spaceId, parentId, path: [...path] }))
            .fileId,
    keyOf: (name) => nameKey(safeName(name)),
    filesIn: async (folder) => {
      const found = new Map<string, { size: number; at: number }[]>();
      for (let offset = 0; ; offset += PAGE) {
        const args = { spaceId, parentId: folder, offset, limit: PAGE };
        const { entries, total } = await first(engine.watch("files.folder", args));
        for (const { kind, name, size, changedAt } of entries) {
          if (kind !== "file") continue;
          const key = nameKey(name);
          found.set(key, [...(found.get(key) ?? []), { size, at: changedAt }]);
        }
        if (offset + PAGE >= total) return found;
      }
    },
    put: async (folder, name, content, at) => {
      await until(waiting, (count) => count < AHEAD, stopping);
      const file = new File([content], name, { lastModified: at });
      valueOf(await uploader.addNow({ spaceId, parentId: folder }, file, keepDetails));
    },
  };
}

/** What was not brought in, as a table that any program reads. */
function listOf(left: readonly Left[]): MadeSource {
  const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const lines = left.map(({ path, why }) => `${cell(path)},${cell(whyWord(why))}\r\n`);
  return {
    name: `${t("import.title")}.csv`,
    type: "text/csv",
    stream: () => new Blob(["\ufeff", ...lines]).stream(),
  };
}
