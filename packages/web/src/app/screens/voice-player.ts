/** Plays voice notes: one at a time in a tab, and the next one after it. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { t } from "../../i18n/index.ts";
import { toast } from "../../ui/toast.tsx";
import { troubleSentence } from "../../features/files/preview.tsx";
import type { EnginePort } from "../engine.ts";
import type { MessageRow } from "../model.ts";
import { once, ReadError, sourceOf, troubleIn, wholeOf } from "./files-reading.ts";

export interface Playing {
  eventId: string;
  atMs: number;
  paused: boolean;
  rate: number;
}

export interface Player {
  readonly state: ReadonlySignal<Playing | null>;
  /** Plays a note, or holds it and goes on with it. `next` is asked when it has ended. */
  toggle(
    spaceId: string,
    message: MessageRow,
    next: (message: MessageRow) => MessageRow | undefined,
  ): void;
  seek(ms: number): void;
  /** 1, 1.5, 2, and 1 again. */
  faster(): void;
}

const RATES = [1, 1.5, 2];
/** What is larger is no voice note that could be held whole, in bytes. */
const WHOLE = 64 * 1024 * 1024;

const players = new WeakMap<EnginePort, Player>();

export function playerOf(engine: EnginePort): Player {
  const known = players.get(engine) ?? createPlayer(engine);
  players.set(engine, known);
  return known;
}

function createPlayer(engine: EnginePort): Player {
  const state = signal<Playing | null>(null);
  let rate = 1;
  let audio: HTMLAudioElement | undefined;
  let wanted: number | undefined;

  const stop = (): void => {
    if (audio !== undefined) {
      audio.pause();
      URL.revokeObjectURL(audio.src);
      audio.removeAttribute("src");
      audio = undefined;
    }
    state.value = null;
  };

  const begin = async (
    spaceId: string,
    message: MessageRow,
    next: (message: MessageRow) => MessageRow | undefined,
  ): Promise<void> => {
    stop();
    wanted = undefined;
    const { eventId, media } = message;
    const fileId = media?.files[0]?.fileId;
    if (fileId === undefined) return;
    state.value = { eventId, atMs: 0, paused: false, rate };
    const isStill = (): boolean => state.peek()?.eventId === eventId;
    try {
      const [file] = await once(engine.watch("chat.media", { spaceId, fileIds: [fileId] }));
      if (!isStill() || file === undefined) return;
      if (file.state === "gone" || file.size > WHOLE) throw new Error("no voice note");
      const type = /^(?:audio|video)\//.test(file.type) ? file.type : "audio/webm";
      const blob = await wholeOf(
        sourceOf(engine, file, file.versionId || undefined),
        type.replace("video/", "audio/"),
      );
      if (!isStill()) return;
      const made = new Audio(URL.createObjectURL(blob));
      audio = made;
      made.playbackRate = rate;
      made.addEventListener("timeupdate", () => {
        const now = state.peek();
        if (audio === made && now !== null) state.value = { ...now, atMs: made.currentTime * 1000 };
      });
      made.addEventListener("ended", () => {
        if (audio !== made) return;
        stop();
        const after = next(message);
        if (after !== undefined) void begin(spaceId, after, next);
      });
      made.addEventListener("error", () => {
        if (audio !== made) return;
        stop();
        toast({ text: t("media.noSound") });
      });
      if (wanted !== undefined) made.currentTime = wanted / 1000;
      await made.play();
      if (!message.mine) void engine.call("chat.markListened", { spaceId, eventId });
    } catch (error) {
      if (!isStill()) return;
      stop();
      toast({
        text: error instanceof ReadError ? troubleSentence(troubleIn(error)) : t("media.noSound"),
      });
    }
  };

  return {
    state,
    toggle(spaceId, message, next) {
      const now = state.peek();
      if (now?.eventId !== message.eventId) return void begin(spaceId, message, next);
      if (audio === undefined) return;
      if (now.paused) void audio.play();
      else audio.pause();
      state.value = { ...now, paused: !now.paused };
    },
    seek(ms) {
      const now = state.peek();
      if (now === null) return;
      wanted = ms;
      if (audio !== undefined) audio.currentTime = ms / 1000;
      state.value = { ...now, atMs: ms };
    },
    faster() {
      rate = RATES[(RATES.indexOf(rate) + 1) % RATES.length] ?? 1;
      if (audio !== undefined) audio.playbackRate = rate;
      const now = state.peek();
      if (now !== null) state.value = { ...now, rate };
    },
  };
}
