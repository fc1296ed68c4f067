import "./lock.css";
import { Fingerprint, Lock } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";
import type { LockAnswer } from "../../app/engine.ts";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Form, TextField } from "../../ui/field.tsx";
import { LiveRegion } from "../../ui/hidden.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Logo } from "../../ui/logo.tsx";
import { PinPad } from "./pin-pad.tsx";
import { refusalText } from "./refusal.ts";
import { useWait, Wait } from "./wait.tsx";

export type Refusal = Extract<LockAnswer, { ok: false }> | { why: "passkey" };

export interface UnlockProps {
  way: "pin" | "phrase" | "passkey";
  /** Wrong tries so far, and how many more there are. */
  failed: number;
  left: number;
  waitMs: number;
  busy: boolean;
  refusal: Refusal | undefined;
  onCode: (code: string) => void;
  onPasskey: () => void;
  /** Gives up: everything on this device is wiped. */
  onForget: () => void;
}

/** The lock screen: the first and only thing that is there while the lock is closed. */
export function Unlock(props: UnlockProps) {
  const { way, busy, refusal } = props;
  const [code, setCode] = useState("");
  const [giving, setGiving] = useState(false);
  const [said, setSaid] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const waiting = useWait(props.waitMs, refusal);
  const held = waiting > 0;
  useEffect(() => {
    // Where there is a keyboard one types at once; on a phone that would cover the pad with the phone's own.
    if (matchMedia("(pointer: fine)").matches) field.current?.focus();
  }, [held]);
  useEffect(() => {
    if (refusal) setCode("");
  }, [refusal]);
  const send = (): void => {
    if (!busy && !held && code !== "") props.onCode(code);
  };
  const type = (next: string): void => {
    setCode(next);
    setSaid(t("lock.typed", { count: Array.from(next).length }));
  };
  // Who comes back to it is told how many tries are left; after a wrong one that is part of what is said.
  const warned = refusal === undefined && props.failed > 0;
  return (
    <main class="lock-screen" id="main">
      <div class="lock-column">
        <p class="solo-mark">
          <Logo />
          <span>Baraza</span>
        </p>
        <h1 tabIndex={-1}>
          <Icon of={Lock} />
          {t("lock.screenTitle")}
        </h1>
        {refusal && refusal.why !== "wait" && (
          <p class="field-error lock-told" role="alert">
            {refusalText(refusal)}
          </p>
        )}
        {warned && <p>{t("lock.left", { count: props.left })}</p>}
        {held && <Wait leftMs={waiting} />}
        {way === "passkey" ? (
          <Button
            kind="primary"
            wide
            icon={Fingerprint}
            busy={busy}
            disabled={held}
            onClick={props.onPasskey}
          >
            {t("lock.usePasskey")}
          </Button>
        ) : (
          <Form onSubmit={send}>
            <TextField
              label={way === "pin" ? t("lock.pin") : t("lock.phrase")}
              type="password"
              value={code}
              onInput={setCode}
              {...(way === "pin"
                ? { inputMode: "numeric" as const, direction: "ltr" as const }
                : {})}
              autoComplete="off"
              maxLength={256}
              inputRef={field}
            />
            {way === "pin" && (
              <>
                <PinPad
                  disabled={busy || held}
                  onDigit={(digit) => type(code + digit)}
                  onDelete={() => type(Array.from(code).slice(0, -1).join(""))}
                />
                <LiveRegion text={said} />
              </>
            )}
            <Button kind="primary" type="submit" wide busy={busy} disabled={held}>
              {busy ? t("lock.opening") : t("lock.open")}
            </Button>
          </Form>
        )}
        <Button kind="quiet" wide onClick={() => setGiving(true)}>
          {t("lock.forgot")}
        </Button>
      </div>
      {giving && (
        <Dialog
          title={t("lock.forgotTitle")}
          onClose={() => setGiving(false)}
          actions={
            <>
              <Button onClick={() => setGiving(false)}>{t("ui.cancel")}</Button>
              <Button kind="danger" busy={busy} onClick={props.onForget}>
                {t("lock.forgotDo")}
              </Button>
            </>
          }
        >
          <p>{t("lock.forgotWhat")}</p>
          <p>{t("lock.forgotLoss")}</p>
        </Dialog>
      )}
    </main>
  );
}
