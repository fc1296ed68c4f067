import "./camera.css";
import { useEffect, useRef } from "preact/hooks";
import type { Look } from "./read-code.ts";
import { codeReader } from "./read-code.ts";
export { canReadCodes } from "./read-code.ts";

/** Between two looks the screen has time for everything else. */
const LOOK_EVERY_MS = 200;

async function seen(look: Look, video: HTMLVideoElement): Promise<string | undefined> {
  try {
    return await look(video);
  } catch {
    return undefined;
  }
}

/** What the camera sees. `onCode` once for each code that comes before it. It stops when this goes off the screen. */
export function Camera(props: {
  label: string;
  onCode: (code: string) => void;
  /** The camera cannot be had, or was refused. */
  onFailed: () => void;
}) {
  const ref = useRef<HTMLVideoElement>(null);
  const { onCode, onFailed } = props;
  const latest = useRef(onCode);
  latest.current = onCode;
  useEffect(() => {
    let over = false;
    let stream: MediaStream | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let last: string | undefined;
    const stop = (): void => {
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
    const go = async (look: Look): Promise<void> => {
      const video = ref.current;
      if (over || !video) return;
      // A picture that is not there yet cannot be read; the next one is.
      const code = await seen(look, video);
      if (over) return;
      if (code !== undefined && code !== last) {
        last = code;
        latest.current(code);
      }
      timer = setTimeout(() => void go(look), LOOK_EVERY_MS);
    };
    const start = async (): Promise<void> => {
      const [look, opened] = await Promise.all([
        codeReader(),
        navigator.mediaDevices.getUserMedia({
          video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } },
        }),
      ]);
      stream = opened;
      if (over || !ref.current) return stop();
      ref.current.srcObject = stream;
      await ref.current.play();
      await go(look);
    };
    start().catch(() => {
      stop();
      if (!over) onFailed();
    });
    return () => {
      over = true;
      clearTimeout(timer);
      stop();
    };
    // One camera for as long as it is on the screen.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  return <video ref={ref} class="camera" muted playsInline aria-label={props.label} />;
}
