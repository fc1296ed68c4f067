/**
 * Records a voice note: sound by the browser's own recorder, loudness by its analyser. Nothing leaves the tab before somebody sends it; what
 * is recorded is held in memory only, so a tab that is closed or dies loses it, and says so the next time (`recordingWasLost`).
 */
import { remember } from "../memory.ts";
import { RECORDING, RECORDING_LOCK } from "./outgoing.ts";

export interface Recorded {
  blob: Blob;
  durationMs: number;
  /** Loudness in equal parts, 0 to 255. */
  bars: number[];
}

export interface Recording {
  /** What has been recorded up to now. */
  level(): { ms: number; bars: number[] };
  /** Ends it. Null: there is nothing in it. */
  stop(): Promise<Recorded | null>;
  /** Ends it, also what was stopped and is not sent: nothing is kept, and nothing counts as lost any more. */
  cancel(): void;
}

export class NoMicrophone extends Error {
  /** `refused`: by the person or the device; `none`: there is no microphone; `failed`: it does not work. */
  readonly why: "refused" | "none" | "failed";
  constructor(why: NoMicrophone["why"]) {
    super(why);
    this.why = why;
  }
}

const KINDS = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];
/** Bits in a second: speech in Opus is clear at this. */
const BITS = 24_000;
/** Milliseconds between two looks at the loudness. */
const LOOK_MS = 50;
/** Parts that a waveform is sent in. */
export const BARS = 48;
/** The longest note, in ms. */
export const LONGEST = 60 * 60 * 1000;

/** Starts recording. `onLost`: the microphone was taken away, or the note is as long as one may be; what there is can still be stopped and kept. @throws NoMicrophone */
export async function record(onLost: () => void): Promise<Recording> {
  const stream = await microphone();
  const kind = KINDS.find((one) => MediaRecorder.isTypeSupported(one));
  const recorder = new MediaRecorder(stream, {
    ...(kind === undefined ? {} : { mimeType: kind }),
    audioBitsPerSecond: BITS,
  });
  const parts: Blob[] = [];
  const levels: number[] = [];
  const started = performance.now();
  let ended: number | undefined;
  const length = (): number => (ended ?? performance.now()) - started;
  recorder.addEventListener("dataavailable", ({ data }) => {
    if (data.size > 0) parts.push(data);
  });
  const sound = new AudioContext();
  const analyser = sound.createAnalyser();
  analyser.fftSize = 1024;
  sound.createMediaStreamSource(stream).connect(analyser);
  const wave = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(wave);
    const sum = wave.reduce((total, one) => total + one * one, 0);
    levels.push(Math.sqrt(sum / wave.length));
    if (length() > LONGEST) onLost();
  }, LOOK_MS);
  const release = begun();
  const close = (): void => {
    ended ??= performance.now();
    clearInterval(timer);
    for (const track of stream.getTracks()) track.stop();
    if (sound.state !== "closed") void sound.close();
  };
  for (const track of stream.getAudioTracks()) track.addEventListener("ended", onLost);
  recorder.start(1000);
  return {
    level: () => ({ ms: length(), bars: barsOf(levels.slice(-BARS), BARS) }),
    stop: async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      if (recorder.state === "inactive") resolve();
      else {
        recorder.addEventListener("stop", () => resolve(), { once: true });
        recorder.stop();
      }
      close();
      await promise;
      const blob = new Blob(parts, {
        type: (recorder.mimeType || "audio/webm").split(";")[0] ?? "",
      });
      if (blob.size === 0) return null;
      return { blob, durationMs: Math.round(length()), bars: barsOf(levels, BARS) };
    },
    cancel: () => {
      close();
      release();
      if (recorder.state !== "inactive") recorder.stop();
    },
  };
}

async function microphone(): Promise<MediaStream> {
  // Old browsers, and pages that are not secure, have none to ask for.
  const { mediaDevices } = navigator as { mediaDevices?: MediaDevices };
  if (mediaDevices === undefined || typeof MediaRecorder === "undefined")
    throw new NoMicrophone("none");
  try {
    return await mediaDevices.getUserMedia({
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
  } catch (error) {
    const name = error instanceof Error ? error.name : "";
    if (name === "NotAllowedError" || name === "SecurityError") throw new NoMicrophone("refused");
    throw new NoMicrophone(name === "NotFoundError" ? "none" : "failed");
  }
}

/** So many bars of any number of levels (0 to 1), the loudest at the top: a quiet voice is seen, too. */
export function barsOf(levels: readonly number[], count: number): number[] {
  if (levels.length === 0) return [];
  const most = levels.reduce((top, one) => Math.max(top, one), 0.05);
  return Array.from({ length: Math.min(count, levels.length) }, (_, index) => {
    const parts = Math.min(count, levels.length);
    const from = Math.floor((index * levels.length) / parts);
    const to = Math.max(from + 1, Math.floor(((index + 1) * levels.length) / parts));
    const some = levels.slice(from, to);
    const mean = some.reduce((sum, one) => sum + one, 0) / some.length;
    return Math.round(255 * Math.min(1, mean / most));
  });
}

/** Marks that somebody records, as long as they do: the mark outlives a tab that dies, the lock does not. */
function begun(): () => void {
  remember(RECORDING, "1");
  const { promise, resolve } = Promise.withResolvers<void>();
  // Where there are none, another tab says too early that the note is lost.
  const { locks } = navigator as { locks?: LockManager };
  void locks?.request(RECORDING_LOCK, () => promise);
  return () => {
    remember(RECORDING, undefined);
    resolve();
  };
}
