/** Bringing pictures, files, a voice note or a place into a conversation. Loaded when one begins to. */
import type { Prepared } from "@baraza/engine";
import { useEffect, useRef, useState } from "preact/hooks";
import { AttachSheet, type Picked, PlaceSheet } from "../../features/media/attach.tsx";
import { Recorder, type RecorderState } from "../../features/media/recorder.tsx";
import { formatDay, formatTime } from "../../i18n/dates.ts";
import { isVisual } from "../../features/chat/media-size.ts";
import { formatBytes, t } from "../../i18n/index.ts";
import { toast } from "../../ui/toast.tsx";
import type { EnginePort, Result } from "../engine.ts";
import { failureText } from "../failure.ts";
import { useRequest } from "../hooks.ts";
import { uploaderOf } from "./files-upload.ts";
import { pickFiles } from "./media-pick.ts";
import { NoMicrophone, record, type Recorded, type Recording } from "./recording.ts";

/** What can be opened once has so many bytes at most, as the engine has it. */
const ONCE_BYTES = 64 * 1024 * 1024;
/** Files of one message. */
const MOST = 30;

type Ready = { content: Blob; prepared: Prepared };

/** Where what is attached goes. */
export interface AttachTo {
  spaceId: string;
  channel?: string | undefined;
  replyTo?: string | undefined;
  thread?: string | undefined;
}

interface Held extends Picked {
  ready: Promise<Ready>;
}

let lastId = 0;

/** Shows what was chosen, makes it ready meanwhile, and sends it with its words. */
export function Attach({
  engine,
  to,
  files,
  text: first,
  onSent,
  onClose,
}: {
  engine: EnginePort;
  to: AttachTo;
  files: readonly File[];
  text: string;
  /** It waits on this device now. */
  onSent: () => void;
  onClose: () => void;
}) {
  const [held, setHeld] = useState<readonly Held[]>([]);
  const [left, setLeft] = useState(0);
  const [text, setText] = useState(first);
  const [keepDetails, setKeepDetails] = useState(false);
  const [wantsOnce, setWantsOnce] = useState(false);
  const mayOnce = held.every(({ type, broken }) => broken || type === undefined || isVisual(type));
  const once = mayOnce && wantsOnce;
  const { busy, run } = useRequest();
  const change = (id: number, to: Partial<Held>): void =>
    setHeld((all) => all.map((one) => (one.id === id ? { ...one, ...to } : one)));
  const prepare = (id: number, file: File, keep: boolean): Promise<Ready> => {
    const ready = uploaderOf(engine).prepare(file, keep);
    ready.then(
      ({ prepared: { type, thumbnail } }) =>
        change(id, {
          type,
          thumbnail:
            thumbnail === undefined ? null : new Blob([thumbnail.bytes], { type: thumbnail.type }),
        }),
      () => change(id, { broken: true }),
    );
    return ready;
  };
  const add = (more: readonly File[]): void => {
    const room = MOST - held.length;
    setLeft(Math.max(0, more.length - room));
    const added = more.slice(0, room).map((file): Held => {
      const id = ++lastId;
      return {
        id,
        file,
        type: undefined,
        thumbnail: undefined,
        broken: false,
        ready: prepare(id, file, keepDetails),
      };
    });
    setHeld((all) => [...all, ...added]);
  };
  useEffect(() => {
    add(files);
    // What was chosen first; more come by the button.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  /** Each goes by itself; what went is taken off what is shown, should another one not go. */
  const sendOnce = async (all: readonly (Ready & { one: Held })[]): Promise<Result<boolean>> => {
    for (const [at, { content, prepared, one }] of all.entries()) {
      const { type, meta } = prepared;
      const answer = await engine.call("chat.attach", {
        ...to,
        text: at === 0 ? text.trim() : "",
        // Not a picture of it beside it, nor its words.
        files: [{ name: one.file.name, content, prepared: { type, ...(meta ? { meta } : {}) } }],
        once: true,
        folderName: t("talk.mediaFolder"),
      });
      if (answer.ok) {
        setHeld((before) => before.filter(({ id }) => id !== one.id));
        continue;
      }
      toast({
        text:
          answer.code === "too_large"
            ? t("media.once.tooLarge", { size: formatBytes(ONCE_BYTES) })
            : failureText(answer.failure),
      });
      return answer;
    }
    return { ok: true, value: true };
  };
  const send = async (): Promise<void> => {
    const sent = await run(async () => {
      const all = await Promise.allSettled(
        held.map(async (one) => ({ ...(await one.ready), one })),
      );
      const good = all.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
      if (good.length === 0) return { ok: true as const, value: false };
      if (once) return sendOnce(good);
      const answer = await engine.call("chat.attach", {
        ...to,
        text: text.trim(),
        files: good.map(({ content, prepared, one }) => ({
          name: one.file.name,
          content,
          prepared,
          changedAt: one.file.lastModified,
        })),
        folderName: t("talk.mediaFolder"),
      });
      if (!answer.ok) toast({ text: failureText(answer.failure), urgent: true });
      return answer.ok ? { ok: true as const, value: true } : answer;
    });
    if (sent === true) onSent();
  };
  return (
    <AttachSheet
      picked={held}
      left={left}
      most={MOST}
      text={text}
      busy={busy}
      keepDetails={keepDetails}
      once={mayOnce ? once : null}
      onOnce={setWantsOnce}
      onText={setText}
      onKeepDetails={(on) => {
        setKeepDetails(on);
        setHeld((all) => all.map((one) => ({ ...one, ready: prepare(one.id, one.file, on) })));
      }}
      onRemove={(id) => setHeld((all) => all.filter((one) => one.id !== id))}
      onMore={() => pickFiles({ several: true }, add)}
      onSend={() => void send()}
      onClose={onClose}
    />
  );
}

/** Sends a place. */
export function SendPlace({
  engine,
  to,
  onClose,
}: {
  engine: EnginePort;
  to: AttachTo;
  onClose: () => void;
}) {
  const { busy, run } = useRequest();
  return (
    <PlaceSheet
      busy={busy}
      onSend={(place) =>
        void run(async () => {
          const answer = await engine.call("chat.sendPlace", {
            spaceId: to.spaceId,
            channel: to.channel,
            place,
          });
          if (answer.ok) onClose();
          else toast({ text: failureText(answer.failure), urgent: true });
          return answer;
        })
      }
      onClose={onClose}
    />
  );
}

/** Milliseconds between two drawings of the waveform. */
const DRAW_MS = 100;

/** Records a voice note, lets it be heard, and sends it. */
export function VoiceRecorder({
  engine,
  to,
  onClose,
}: {
  engine: EnginePort;
  to: AttachTo;
  onClose: () => void;
}) {
  const [state, setState] = useState<RecorderState>({ step: "asking" });
  const [recorded, setRecorded] = useState<Recorded>();
  const [busy, setBusy] = useState(false);
  const [once, setOnce] = useState(false);
  const recording = useRef<Recording>(undefined);
  /** The same, also when it is recorded and not sent yet. */
  const begun = useRef<Recording>(undefined);
  const audio = useRef<HTMLAudioElement>(undefined);
  const close = useRef(onClose);
  close.current = onClose;

  const stop = async (cut: boolean): Promise<Recorded | null> => {
    const going = recording.current;
    if (going === undefined) return null;
    recording.current = undefined;
    const made = await going.stop();
    if (made === null) {
      toast({ text: t("media.nothingRecorded") });
      close.current();
      return null;
    }
    setRecorded(made);
    setState({ step: "done", durationMs: made.durationMs, bars: made.bars, cut, playing: null });
    return made;
  };
  useEffect(() => {
    let over = false;
    record(() => void stop(true)).then(
      (going) => {
        if (over) return going.cancel();
        recording.current = going;
        begun.current = going;
        setState({ step: "recording", ...going.level() });
      },
      (error: unknown) => {
        if (over) return;
        const why = error instanceof NoMicrophone ? error.why : "failed";
        toast({ text: t(`media.microphone.${why}`), sticky: true });
        close.current();
      },
    );
    return () => {
      over = true;
      begun.current?.cancel();
      recording.current = undefined;
      const { current } = audio;
      if (current !== undefined) {
        current.pause();
        URL.revokeObjectURL(current.src);
      }
    };
    // One recording for as long as this is there.
  }, []);
  const runs = state.step === "recording";
  useEffect(() => {
    if (!runs) return;
    const timer = setInterval(() => {
      const going = recording.current;
      if (going !== undefined) setState({ step: "recording", ...going.level() });
    }, DRAW_MS);
    return () => clearInterval(timer);
  }, [runs]);
  // Whoever closes the tab now is asked first: what is recorded is in it alone.
  useEffect(() => {
    const stay = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener("beforeunload", stay);
    return () => removeEventListener("beforeunload", stay);
  }, []);

  const listen = (): HTMLAudioElement | undefined => {
    if (recorded === undefined) return undefined;
    if (audio.current === undefined) {
      const made = new Audio(URL.createObjectURL(recorded.blob));
      audio.current = made;
      const show = (): void =>
        setState((now) =>
          now.step !== "done"
            ? now
            : {
                ...now,
                playing: made.ended
                  ? null
                  : { atMs: made.currentTime * 1000, paused: made.paused, rate: made.playbackRate },
              },
        );
      for (const each of ["timeupdate", "play", "pause", "ended", "ratechange"])
        made.addEventListener(each, show);
    }
    return audio.current;
  };
  const send = async (): Promise<void> => {
    setBusy(true);
    const made = recorded ?? (await stop(false));
    if (made === null) return;
    const now = Date.now();
    const ending = made.blob.type.split("/")[1] ?? "webm";
    const name = `${t("media.voiceName", { date: `${formatDay(now, now)} ${formatTime(now)}` }).replace(/[\\/:*?"<>|]/g, "-")}.${ending}`;
    const answer = await engine.call("chat.attach", {
      ...to,
      text: "",
      files: [
        {
          name,
          content: made.blob,
          prepared: { type: made.blob.type, meta: { durationMs: made.durationMs } },
        },
      ],
      voice: { bars: made.bars, durationMs: made.durationMs },
      ...(once ? { once } : {}),
      folderName: t("talk.mediaFolder"),
    });
    setBusy(false);
    if (answer.ok) return close.current();
    toast({ text: failureText(answer.failure), urgent: true });
  };
  return (
    <Recorder
      state={state}
      busy={busy}
      once={once}
      onOnce={() => setOnce(!once)}
      onStop={() => void stop(false)}
      onSend={() => void send()}
      onCancel={onClose}
      onToggle={() => {
        const player = listen();
        if (player?.paused) void player.play();
        else player?.pause();
      }}
      onSeek={(ms) => {
        const player = listen();
        if (player) player.currentTime = ms / 1000;
      }}
      onRate={() => {
        const player = listen();
        if (player) player.playbackRate = player.playbackRate >= 2 ? 1 : player.playbackRate + 0.5;
      }}
    />
  );
}
