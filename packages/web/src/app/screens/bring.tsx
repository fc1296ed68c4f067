/** Bringing conversations in from other services: the screen, and what it puts into the engine. */
import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { save } from "../../content/save.ts";
import type { MadeSource } from "../../content/source.ts";
import { Bring as BringScreen, type BringStep, whyWord } from "../../features/brought/bring.tsx";
import { bringChats, type Place, type Wish } from "../../import/chats/bring-chats.ts";
import { ChatsError, type LeftOut } from "../../import/chats/model.ts";
import { createReader, type Reader } from "../../import/chats/reader.ts";
import { t } from "../../i18n/index.ts";
import type { EnginePort, Result } from "../engine.ts";
import { failureText } from "../failure.ts";
import { useLive } from "../hooks.ts";
import { back } from "../router.ts";
import { hrefOf } from "../routes.ts";
import { until } from "../until.ts";
import { uploaderOf } from "./files-upload.ts";

/** The engine refused something that the rest would be refused for as well. */
class Refused extends Error {
  override readonly name = "Refused";
  readonly result: Extract<Result, { ok: false }>;
  constructor(result: Extract<Result, { ok: false }>) {
    super(result.code ?? result.failure);
    this.result = result;
  }
}

function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Refused(result);
  return result.value;
}

/** Uploads that may wait while more is unpacked. */
const AHEAD = 8;

export function Bring({ engine }: { engine: EnginePort }) {
  const [step, setStep] = useState<BringStep>({ at: "choose" });
  const [to, setTo] = useState("");
  const [hints, setHints] = useState<ReadonlyMap<string, string>>(new Map());
  const reader = useRef<Reader>(undefined);
  const stop = useRef<AbortController>(undefined);
  const end = (): void => {
    stop.current?.abort();
    reader.current?.close();
    reader.current = undefined;
  };
  useEffect(() => end, []);
  const spaces = useLive(engine.watch("spaces", {}), "spaces") ?? [];
  const found = step.at === "found" ? step.chats : [];
  // Where it all goes on in one conversation, its people can be named, too.
  const going = new Set(
    found.filter(({ chosen }) => chosen).map(({ known }) => known?.spaceId ?? to),
  );
  const only = going.size === 1 ? ([...going][0] ?? "") : "";
  const people = useLive(
    only === "" ? (listen) => (listen([]), () => undefined) : engine.people(only),
    `people ${only}`,
  );
  const look = async (files: { file: File; path: string }[]): Promise<void> => {
    if (files.length === 0) return;
    setStep({ at: "looking" });
    end();
    const reading = createReader();
    reader.current = reading;
    try {
      const { chats, left } = await reading.run({ do: "read", files });
      const offered = [];
      for (const summary of chats) {
        const { service, sample } = summary;
        const known = await engine.call("brought.known", { service, keys: sample });
        offered.push({ summary, chosen: true, known: known.ok ? (known.value[0] ?? null) : null });
      }
      setStep({ at: "found", chats: offered, left });
    } catch (error) {
      const why = error instanceof ChatsError ? error.why : "failed";
      setStep({ at: "found", chats: [], left: [{ path: files[0]?.file.name ?? "", why }] });
    }
  };
  const start = async (): Promise<void> => {
    if (step.at !== "found" || reader.current === undefined) return;
    const wishes = step.chats.flatMap(({ summary, chosen, known }, index): Wish[] => {
      if (!chosen) return [];
      const named = new Set(summary.people.map(({ name }) => name));
      return [
        {
          index,
          summary,
          spaceId: known?.spaceId ?? (to === "" ? null : to),
          chat: known?.chat ?? null,
          hints: [...hints].flatMap(([name, identityId]) =>
            named.has(name) && only !== "" ? [{ name, identityId }] : [],
          ),
        },
      ];
    });
    const messages = wishes.reduce((sum, { summary }) => sum + summary.messages, 0);
    const files = wishes.reduce((sum, { summary }) => sum + summary.files, 0);
    const stopping = new AbortController();
    stop.current = stopping;
    setStep({ at: "running", messages, files, progress: { messages: 0, files: 0 } });
    const stay = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener("beforeunload", stay);
    let reason: string | undefined;
    const report = await bringChats(reader.current, wishes, placeIn(engine, stopping.signal), {
      left: step.left,
      signal: stopping.signal,
      onProgress: (progress) => setStep({ at: "running", messages, files, progress }),
      stopsWith: (error) => {
        if (!(error instanceof Refused)) return false;
        reason = failureText(error.result.failure);
        return true;
      },
    });
    removeEventListener("beforeunload", stay);
    // Nothing follows the uploads any more.
    stopping.abort();
    setStep({ at: "done", report, reason });
  };
  return (
    <BringScreen
      step={step}
      spaces={spaces
        .filter(({ kind, state }) => kind !== "personal" && state === "active")
        .map(({ spaceId, title }) => ({ spaceId, title }))}
      to={to}
      people={people ?? []}
      hints={hints}
      shownHref={
        step.at === "done" && step.report.at !== null
          ? hrefOf({ at: "brought", ...step.report.at })
          : null
      }
      onFiles={(files) => void look(files)}
      onChosen={(index, on) => {
        if (step.at !== "found") return;
        const chats = step.chats.map((one, at) => (at === index ? { ...one, chosen: on } : one));
        setStep({ ...step, chats });
      }}
      onTo={(spaceId) => {
        setTo(spaceId);
        setHints(new Map());
      }}
      onHint={(name, identityId) => {
        const changed = new Map(hints);
        if (identityId === "") changed.delete(name);
        else changed.set(name, identityId);
        setHints(changed);
      }}
      onStart={() => void start()}
      onStop={() => {
        if (step.at === "running") stop.current?.abort();
        else {
          end();
          setStep({ at: "choose" });
        }
      }}
      onSaveList={(left) => void save(listOf(left))}
      onBack={back}
    />
  );
}

function placeIn(engine: EnginePort, stopping: AbortSignal): Place {
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
  return {
    newSpace: async (title) =>
      valueOf(await engine.createSpace({ kind: "group", title: titleFor(title) })).spaceId,
    put: async ({ summary: { service, title }, hints }, at, messages) =>
      valueOf(await engine.call("brought.put", { ...at, service, title, hints, messages })),
    folder: async (spaceId, title) => {
      const path = [t("brought.folder"), titleFor(title)];
      return valueOf(await engine.call("files.folderAt", { spaceId, parentId: null, path })).fileId;
    },
    missing: async (at, files) => {
      const lacking: number[] = [];
      for (let from = 0; from < files.length; from += 5000) {
        const some = files.slice(from, from + 5000);
        const found = valueOf(await engine.call("brought.missing", { ...at, files: some }));
        lacking.push(...found.map((index) => from + index));
      }
      return lacking;
    },
    addFile: async (at, { key, index, name, content, changedAt }) => {
      await until(waiting, (count) => count < AHEAD, stopping);
      const file = new File([content], name, { lastModified: changedAt });
      // Where a picture was taken is nobody's business here: it was another person's.
      const ready = await uploader.prepare(file, false);
      valueOf(
        await engine.call("brought.addFile", { ...at, key, index, name, changedAt, ...ready }),
      );
    },
  };
}

/** A title that a conversation and a folder may have. */
const titleFor = (title: string): string => title.trim().slice(0, 80).trim().toWellFormed() || "…";

/** What was not brought in, as a table that any program reads. */
function listOf(left: readonly LeftOut[]): MadeSource {
  const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  // A spreadsheet would run what begins like a formula.
  const safe = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
  const lines = left.map(({ path, why }) => `${cell(safe(path))},${cell(whyWord(why))}\r\n`);
  return {
    name: `${t("brought.title")}.csv`,
    type: "text/csv",
    stream: () => new Blob(["\ufeff", ...lines]).stream(),
  };
}
