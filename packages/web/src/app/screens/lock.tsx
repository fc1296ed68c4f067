import { useEffect, useState } from "preact/hooks";
import type { LockFace, LockNext, LockPresent } from "@baraza/engine/browser";
import { LockSettings as SettingsGroup } from "../../features/lock/lock-settings.tsx";
import { RemoveLock, SetLock, type LockKind } from "../../features/lock/set-lock.tsx";
import { Unlock, type Refusal } from "../../features/lock/unlock.tsx";
import { t } from "../../i18n/index.ts";
import { toast } from "../../ui/toast.tsx";
import type { EnginePort, LockAnswer } from "../engine.ts";
import type { Account } from "../model.ts";
import { askPasskey, createPasskey, PasskeyCancelled, passkeysWork } from "../passkeys.ts";

/** What may be chosen; the engine takes no other. */
const IDLE_CHOICES = [1, 5, 15, 60, 0];
const TRIES = 10;

/** What is asked of the lock, one thing at a time, and what came of it. */
function useLock() {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | { why: "withoutPrf" }>();
  return {
    busy,
    refusal,
    clear: () => setRefusal(undefined),
    /** @returns whether it was done */
    run: async (work: () => Promise<LockAnswer | { ok: false; why: "withoutPrf" }>) => {
      setBusy(true);
      try {
        const answer = await work();
        setRefusal(answer.ok ? undefined : answer);
        return answer.ok;
      } catch (error) {
        if (!(error instanceof PasskeyCancelled)) throw error;
        setRefusal({ why: "passkey" });
        return false;
      } finally {
        setBusy(false);
      }
    },
  };
}

/** The lock screen over the lock. */
export function LockScreen({ engine }: { engine: EnginePort }) {
  const { lock } = engine;
  const view = lock.view.value;
  const { busy, refusal, run } = useLock();
  useEffect(() => void clearNotifications(), []);
  // Another moment, until it is known what opens it.
  if (view.state !== "locked") return <main class="lock-screen" id="main" aria-busy="true" />;
  return (
    <Unlock
      way={kindOf(view)}
      failed={view.failed}
      left={view.left}
      waitMs={view.waitMs}
      busy={busy}
      refusal={refusal?.why === "withoutPrf" ? { why: "passkey" } : refusal}
      onCode={(code) => void run(() => lock.unlock({ code }))}
      onPasskey={() => void run(async () => lock.unlock(await presentOf(view, "")))}
      onForget={() => void run(() => lock.forget())}
    />
  );
}

/** What was shown outside of the app before it was locked. */
async function clearNotifications(): Promise<void> {
  const registration = await (navigator as Partial<Navigator>).serviceWorker?.getRegistration();
  for (const shown of (await registration?.getNotifications()) ?? []) shown.close();
}

/** Setting, changing and taking away the lock. */
export function LockSettings({ engine, account }: { engine: EnginePort; account: Account }) {
  const { lock } = engine;
  const view = lock.view.value;
  const [open, setOpen] = useState<"set" | "remove">();
  const { busy, refusal, clear, run } = useLock();
  const face = view.state === "open" ? view : undefined;
  const kind = face && kindOf(face);
  const close = (): void => {
    setOpen(undefined);
    clear();
  };
  const submit = async (work: Parameters<typeof run>[0], text: string): Promise<void> => {
    if (!(await run(work))) return;
    close();
    toast({ text });
  };
  return (
    <>
      <SettingsGroup
        kind={kind}
        idleMinutes={face?.idleMinutes ?? 0}
        idleChoices={IDLE_CHOICES}
        onSet={() => setOpen("set")}
        onRemove={() => setOpen("remove")}
        onNow={lock.now}
        onIdle={(minutes) =>
          void lock.setIdle(minutes).then((answer) => {
            toast({ text: answer.ok ? t("settings.saved") : t("lock.failed") });
          })
        }
      />
      {open === "set" && (
        <SetLock
          present={kind}
          tries={TRIES}
          own={[account.name, account.address]}
          passkeys={passkeysWork()}
          busy={busy}
          refusal={refusal}
          waitMs={face?.waitMs ?? 0}
          onSubmit={(next, code) =>
            void submit(async () => {
              const present = face && (await presentOf(face, code));
              const made = await nextOf(next);
              return made === null ? { ok: false, why: "withoutPrf" } : lock.set(made, present);
            }, t("lock.done"))
          }
          onClose={close}
        />
      )}
      {open === "remove" && face && kind && (
        <RemoveLock
          present={kind}
          busy={busy}
          refusal={refusal?.why === "withoutPrf" ? { why: "passkey" } : refusal}
          waitMs={face.waitMs}
          onSubmit={(code) =>
            void submit(async () => lock.remove(await presentOf(face, code)), t("lock.removed"))
          }
          onClose={close}
        />
      )}
    </>
  );
}

function kindOf({ way }: LockFace): LockKind {
  if (way.kind === "passkey") return "passkey";
  return way.digits ? "pin" : "phrase";
}

/** What opens the lock: what was typed, or what its passkey gives. @throws PasskeyCancelled */
async function presentOf({ way }: LockFace, code: string): Promise<LockPresent> {
  if (way.kind === "code") return { code };
  // Nobody checks the answer: it is asked for what PRF gives along with it.
  const { prf } = await askPasskey({
    signInId: new Uint8Array(),
    challenge: random(),
    rpId: location.hostname,
    prf: way.salt,
    allow: [way.credentialId],
  });
  if (prf === null) throw new PasskeyCancelled();
  return { prf };
}

/** @returns null for a passkey that gives no secret */
async function nextOf(next: { kind: LockKind; code: string }): Promise<LockNext | null> {
  if (next.kind !== "passkey") return { code: next.code, digits: next.kind === "pin" };
  const salt = random();
  const name = `Baraza: ${t("lock.title")}`;
  const { credentialId, prf } = await createPasskey(
    {
      createId: new Uint8Array(),
      challenge: random(),
      userHandle: random().slice(0, 16),
      rpId: location.hostname,
      userName: name,
      displayName: name,
      prf: salt,
      exclude: [],
    },
    { listed: false },
  );
  return prf === null ? null : { prf, credentialId, salt };
}

function random(): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(32));
}
