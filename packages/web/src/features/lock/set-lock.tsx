import "./lock.css";
import { useState } from "preact/hooks";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Segmented } from "../../ui/choice.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Form, TextField } from "../../ui/field.tsx";
import { StrengthMeter } from "../account/meter.tsx";
import { isObviousPin } from "./obvious.ts";
import { refusalText } from "./refusal.ts";
import type { Refusal } from "./unlock.tsx";
import { useWait, Wait } from "./wait.tsx";

export type LockKind = "pin" | "phrase" | "passkey";

export interface SetLockProps {
  /** What opens the lock that is set; undefined: there is none. */
  present?: LockKind | undefined;
  /** Wrong tries until all is wiped. */
  tries: number;
  /** Words that somebody who guesses a phrase tries first. */
  own: readonly string[];
  /** This browser can make passkeys. */
  passkeys: boolean;
  busy: boolean;
  refusal: Refusal | { why: "withoutPrf" } | undefined;
  waitMs: number;
  onSubmit: (next: { kind: LockKind; code: string }, present: string) => void;
  onClose: () => void;
}

const MIN = { pin: 6, phrase: 8 } as const;

/** A new lock, or another one in its place, with honest words about what each kind holds against. */
export function SetLock(props: SetLockProps) {
  const { busy, refusal } = props;
  const [kind, setKind] = useState<LockKind>("pin");
  const [present, setPresent] = useState("");
  const [code, setCode] = useState("");
  const [again, setAgain] = useState("");
  const [tried, setTried] = useState(false);
  const held = useWait(props.waitMs, refusal);
  const wrong = kind === "passkey" ? undefined : faultOf(kind, code);
  const differs = kind !== "passkey" && code !== again ? t("lock.differ") : undefined;
  const missing =
    (props.present === "pin" || props.present === "phrase") && present === ""
      ? t("lock.presentMissing")
      : undefined;
  const change = (next: LockKind): void => {
    setKind(next);
    setCode("");
    setAgain("");
    setTried(false);
  };
  return (
    <Dialog title={props.present ? t("lock.change") : t("lock.set")} onClose={props.onClose}>
      <Form
        onSubmit={() => {
          setTried(true);
          if (!busy && held === 0 && !wrong && !differs && !missing)
            props.onSubmit({ kind, code }, present);
        }}
      >
        {props.present && (
          <PresentField
            kind={props.present}
            value={present}
            onInput={setPresent}
            error={tried ? missing : undefined}
          />
        )}
        <Segmented
          label={t("lock.kind")}
          value={kind}
          onChange={change}
          options={[
            { value: "pin" as const, label: t("lock.pin") },
            { value: "phrase" as const, label: t("lock.phrase") },
            ...(props.passkeys ? [{ value: "passkey" as const, label: t("lock.passkey") }] : []),
          ]}
        />
        <p class="field-hint">{t(`lock.honest.${kind}`)}</p>
        {kind !== "passkey" && (
          <>
            <TextField
              label={kind === "pin" ? t("lock.newPin") : t("lock.newPhrase")}
              hint={kind === "pin" ? t("lock.pinHint") : t("lock.phraseHint")}
              type="password"
              {...(kind === "pin"
                ? { inputMode: "numeric" as const, direction: "ltr" as const }
                : {})}
              value={code}
              onInput={setCode}
              autoComplete="off"
              maxLength={256}
              error={tried ? wrong : undefined}
            >
              {kind === "phrase" && <StrengthMeter passphrase={code} own={props.own} />}
              {kind === "pin" && !wrong && isObviousPin(code) && (
                <p class="lock-warning" role="status">
                  {t("lock.pinObvious")}
                </p>
              )}
            </TextField>
            <TextField
              label={t("lock.again")}
              type="password"
              {...(kind === "pin"
                ? { inputMode: "numeric" as const, direction: "ltr" as const }
                : {})}
              value={again}
              onInput={setAgain}
              autoComplete="off"
              maxLength={256}
              error={tried && !wrong ? differs : undefined}
            />
          </>
        )}
        <div class="lock-rules">
          <p>
            {kind === "passkey" ? t("lock.rulesPasskey") : t("lock.rules", { count: props.tries })}
          </p>
          <p>{t("lock.forgetRule")}</p>
        </div>
        {refusal && (
          <p class="field-error" role="alert">
            {refusal.why === "withoutPrf" ? t("lock.passkeyWithout") : refusalText(refusal)}
          </p>
        )}
        {held > 0 && <Wait leftMs={held} />}
        <Button kind="primary" type="submit" wide busy={busy} disabled={held > 0}>
          {t("lock.set")}
        </Button>
      </Form>
    </Dialog>
  );
}

/** Takes the lock away, for who can open it. */
export function RemoveLock(props: {
  present: LockKind;
  busy: boolean;
  refusal: Refusal | undefined;
  waitMs: number;
  onSubmit: (present: string) => void;
  onClose: () => void;
}) {
  const { busy, refusal } = props;
  const [present, setPresent] = useState("");
  const [tried, setTried] = useState(false);
  const held = useWait(props.waitMs, refusal);
  const missing = props.present !== "passkey" && present === "";
  return (
    <Dialog title={t("lock.remove")} onClose={props.onClose}>
      <Form
        onSubmit={() => {
          setTried(true);
          if (!busy && held === 0 && !missing) props.onSubmit(present);
        }}
      >
        <p>{t("lock.removeWhat")}</p>
        <PresentField
          kind={props.present}
          value={present}
          onInput={setPresent}
          error={tried && missing ? t("lock.presentMissing") : undefined}
        />
        {refusal && (
          <p class="field-error" role="alert">
            {refusalText(refusal)}
          </p>
        )}
        {held > 0 && <Wait leftMs={held} />}
        <Button kind="primary" type="submit" wide busy={busy} disabled={held > 0}>
          {t("lock.remove")}
        </Button>
      </Form>
    </Dialog>
  );
}

function PresentField(props: {
  kind: LockKind;
  value: string;
  onInput: (value: string) => void;
  error: string | undefined;
}) {
  if (props.kind === "passkey") return <p>{t("lock.presentPasskey")}</p>;
  return (
    <TextField
      label={props.kind === "pin" ? t("lock.presentPin") : t("lock.presentPhrase")}
      type="password"
      {...(props.kind === "pin"
        ? { inputMode: "numeric" as const, direction: "ltr" as const }
        : {})}
      value={props.value}
      onInput={props.onInput}
      autoComplete="off"
      maxLength={256}
      error={props.error}
    />
  );
}

function faultOf(kind: "pin" | "phrase", code: string): string | undefined {
  if (kind === "phrase")
    return Array.from(code.trim()).length < MIN.phrase ? t("lock.phraseShort") : undefined;
  if (!/^\p{Nd}*$/u.test(code)) return t("lock.pinDigits");
  return Array.from(code).length < MIN.pin ? t("lock.pinShort") : undefined;
}
