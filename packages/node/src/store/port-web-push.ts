/** The operations of Web Push. */
import type { Bytes } from "@baraza/protocol";

/** A device that can be woken. `device` is its number in this store; `boxIds` are its own boxes. */
export type WebPushRow = {
  device: number;
  endpoint: string;
  p256dh: Bytes;
  auth: Bytes;
  boxIds: Bytes[];
};

export type WebPushOperations = {
  write: {
    /** Keeps where the session's device is woken, in the place of what was kept. An endpoint belongs to the last device that named it. @throws forbidden: the session has no device. */
    put(arg: { sessionId: Bytes; endpoint: string; p256dh: Bytes; auth: Bytes }): null;
    remove(arg: { sessionId: Bytes }): null;
    /** The push service says that the endpoint is gone. */
    gone(arg: { device: number; endpoint: string }): null;
  };
  read: {
    endpoint(arg: { sessionId: Bytes }): string | null;
    /**
     * The devices that are woken for boxes: of a box with a device that one, of an account's own box all of its devices.
     * Those of accounts that nobody may sign in with are left out.
     */
    forBoxes(arg: { boxIds: Bytes[] }): WebPushRow[];
    /** Devices for which something waits. */
    waiting(arg: { limit: number }): WebPushRow[];
  };
};
