/** The gallery's screens of the lock, with sample data. */
import type { ComponentChildren } from "preact";
import { LockSettings } from "../src/features/lock/lock-settings.tsx";
import { SetLock } from "../src/features/lock/set-lock.tsx";
import { Unlock } from "../src/features/lock/unlock.tsx";
import { WasWiped } from "../src/features/lock/was-wiped.tsx";

const nothing = (): void => undefined;
const unlock = {
  way: "pin" as const,
  failed: 0,
  left: 10,
  waitMs: 0,
  busy: false,
  refusal: undefined,
  onCode: nothing,
  onPasskey: nothing,
  onForget: nothing,
};
const settings = {
  idleMinutes: 5,
  idleChoices: [1, 5, 15, 60, 0],
  onSet: nothing,
  onRemove: nothing,
  onNow: nothing,
  onIdle: nothing,
};
const wrong = { ok: false as const, why: "wrong" as const, left: 4, waitMs: 120_000 };

export const wiped = <WasWiped />;
export const lockSettings = <LockSettings {...settings} kind="pin" />;
export const lockScreens: Record<string, () => ComponentChildren> = {
  lock: () => <Unlock {...unlock} />,
  "lock-wrong": () => (
    <Unlock {...unlock} failed={6} left={4} waitMs={wrong.waitMs} refusal={wrong} />
  ),
  "lock-phrase": () => <Unlock {...unlock} way="phrase" />,
  "lock-passkey": () => <Unlock {...unlock} way="passkey" />,
  "lock-set": () => (
    <SetLock
      tries={10}
      own={[]}
      passkeys
      busy={false}
      refusal={undefined}
      waitMs={0}
      onSubmit={nothing}
      onClose={nothing}
    />
  ),
  "lock-change": () => (
    <SetLock
      present="pin"
      tries={10}
      own={[]}
      passkeys
      busy={false}
      refusal={wrong}
      waitMs={45_000}
      onSubmit={nothing}
      onClose={nothing}
    />
  ),
};
