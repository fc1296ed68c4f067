/** Reads picture codes off what a camera sees: by the browser where it can, else by a decoder that is fetched for it. */

/** The part of the Shape Detection API (WICG draft) that reads codes: in some browsers, on some systems. */
type Detector = { detect: (source: HTMLVideoElement) => Promise<{ rawValue: string }[]> };
type DetectorClass = {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats: () => Promise<string[]>;
};

/** One look: what is written in the code before the camera, if there is one now. */
export type Look = (video: HTMLVideoElement) => Promise<string | undefined> | string | undefined;

/** Pixels of a picture's longer side: finer ones take longer and find no more codes at arm's length. */
const LONGEST_SIDE = 960;

/** Whether this device has a camera by which codes could be read. It asks for no permission. */
export async function canReadCodes(): Promise<boolean> {
  const devices = (navigator as Partial<Navigator>).mediaDevices;
  if (!devices) return false;
  return devices.enumerateDevices().then(
    (found) => found.some(({ kind }) => kind === "videoinput"),
    () => false,
  );
}

/** @throws TypeError when the decoder is needed and cannot be fetched */
export async function codeReader(): Promise<Look> {
  const own = await ownDetector();
  if (!own) return fetchDecoder();
  let decoder: Promise<Look> | undefined;
  // Some phones have the interface and lack the service behind it.
  return async (video) => {
    const codes = await own.detect(video).catch(() => undefined);
    if (codes === undefined) return (await (decoder ??= fetchDecoder()))(video);
    return codes.find(({ rawValue }) => rawValue !== "")?.rawValue;
  };
}

async function ownDetector(): Promise<Detector | undefined> {
  const found = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  if (!found) return undefined;
  const formats = await found.getSupportedFormats().catch((): string[] => []);
  return formats.includes("qr_code") ? new found({ formats: ["qr_code"] }) : undefined;
}

async function fetchDecoder(): Promise<Look> {
  const { decode } = await import("./qr-decode.ts");
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return (video) => {
    const { videoWidth, videoHeight } = video;
    if (!context || videoWidth === 0) return undefined;
    const scale = Math.min(1, LONGEST_SIDE / Math.max(videoWidth, videoHeight));
    const [width, height] = [Math.round(videoWidth * scale), Math.round(videoHeight * scale)];
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    context.drawImage(video, 0, 0, width, height);
    return decode(context.getImageData(0, 0, width, height));
  };
}
