import "./camera.css";
import { useEffect, useRef } from "preact/hooks";

/** The part of the Shape Detection API (WICG draft) that reads codes; not in every browser. */
type Detector = { detect: (source: HTMLVideoElement) => Promise<{ rawValue: string }[]> };
type DetectorClass = {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats: () => Promise<string[]>;
};

const LOOK_EVERY_MS = 200;

/** Whether this browser can read picture codes through a camera. */
export async function canReadCodes(): Promise<boolean> {
  const found = detectorClass();
  const devices = (navigator as Partial<Navigator>).mediaDevices;
  if (!found || !devices) return false;
  return found.getSupportedFormats().then(
    (formats) => formats.includes("qr_code"),
    () => false,
  );
}

/** What the camera sees, until a code is in it: then once `onCode`. It stops when this goes off the screen. */
export function Camera(props: {
  label: string;
  onCode: (code: string) => void;
  /** The camera cannot be had, or was refused. */
  onFailed: () => void;
}) {
  const ref = useRef<HTMLVideoElement>(null);
  const { onCode, onFailed } = props;
  useEffect(() => {
    let over = false;
    let stream: MediaStream | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = (): void => {
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
    const look = async (detector: Detector): Promise<void> => {
      const video = ref.current;
      if (over || !video) return;
      // A picture that is not there yet cannot be read; the next one is.
      const codes = await detector.detect(video).catch(() => []);
      const code = codes.find(({ rawValue }) => rawValue !== "");
      if (over) return;
      if (code) return onCode(code.rawValue);
      timer = setTimeout(() => void look(detector), LOOK_EVERY_MS);
    };
    const start = async (): Promise<void> => {
      const found = detectorClass();
      if (!found) throw new Error("no detector");
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      if (over || !ref.current) return stop();
      ref.current.srcObject = stream;
      await ref.current.play();
      await look(new found({ formats: ["qr_code"] }));
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

function detectorClass(): DetectorClass | undefined {
  return (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
}
