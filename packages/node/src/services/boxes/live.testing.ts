/** For tests: a client of the live connection. */
import type { Bytes, LiveDown, LiveUp } from "@baraza/protocol";
import { encodeCbor, liveDown, PATHS, readAs } from "@baraza/protocol";
import { WebSocket } from "ws";

export type Listener = {
  /** Everything that came, in order. */
  frames: LiveDown[];
  /** The first frame, from now or before, that fits. @throws Error when the connection ends first. */
  until(fits: (frame: LiveDown) => boolean): Promise<LiveDown>;
  send(frame: LiveUp | Bytes | string): void;
  /** Resolves with the close code. */
  closed: Promise<number>;
  socket: WebSocket;
  close(): Promise<void>;
};

/** Connects; with `hello` it says that first. */
export async function listen(
  port: number,
  hello?: { session: Bytes; boxes: { boxId: Bytes; after: number }[] },
): Promise<Listener> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${PATHS.live}`);
  const frames: LiveDown[] = [];
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const one of waiting) one();
  };
  socket.on("message", (data: Buffer) => {
    frames.push(readAs(liveDown, new Uint8Array(data), 8 * 1024 * 1024));
    wake();
  });
  let ended = false;
  const closed = new Promise<number>((resolve) => {
    socket.on("close", (code) => {
      ended = true;
      resolve(code);
      wake();
    });
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  socket.on("error", () => {
    // The close event follows.
  });
  const send: Listener["send"] = (frame) => {
    if (typeof frame === "string" || frame instanceof Uint8Array) socket.send(frame);
    else socket.send(encodeCbor(frame));
  };
  if (hello !== undefined) send({ t: "hello", ...hello });
  return {
    frames,
    socket,
    closed,
    send,
    until: (fits) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = frames.find(fits);
          if (found !== undefined) resolve(found);
          else if (ended) reject(new Error("closed before the frame came"));
          else return;
          waiting.delete(look);
        };
        waiting.add(look);
        look();
      }),
    close: async () => {
      socket.close();
      await closed;
    },
  };
}

/** The sequence numbers of the letters that came. */
export function letterSeqs({ frames }: Pick<Listener, "frames">): number[] {
  return frames.flatMap((frame) => (frame.t === "letter" ? [frame.row.seq] : []));
}
