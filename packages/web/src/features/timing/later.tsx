import "./timing.css";
import { CalendarClock, CircleAlert, Copy, Pencil, Send, Trash2 } from "lucide";
import { useId, useState } from "preact/hooks";
import type { LaterMessage } from "@baraza/engine";
import { formatMoment } from "../../i18n/dates.ts";
import { t } from "../../i18n/index.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { SelectField } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { asField, choicesAt } from "./times.ts";

const LENGTH = 8000;

/** Asks what is to be sent, and when. */
export function LaterDialog(props: {
  text: string;
  /** When it is to go so far. */
  at?: number;
  now: number;
  busy: boolean;
  onSave: (message: { text: string; at: number }) => void;
  onClose: () => void;
}) {
  const { now } = props;
  const id = useId();
  const [text, setText] = useState(props.text);
  // What was offered stays what it was, however long one writes.
  const [choices] = useState(() => choicesAt(now));
  const [choice, setChoice] = useState<string>(
    props.at === undefined ? (choices[0]?.kind ?? "own") : "own",
  );
  const [own, setOwn] = useState(asField(props.at ?? now + 60 * 60_000));
  const [asked, setAsked] = useState(false);
  const at = choices.find(({ kind }) => kind === choice)?.at ?? new Date(own).getTime();
  const past = !(at > now);
  const empty = text.trim() === "";
  const save = (): void => {
    setAsked(true);
    if (!past && !empty) props.onSave({ text: text.trim(), at });
  };
  return (
    <Dialog
      title={t("timing.later")}
      onClose={props.onClose}
      actions={
        <>
          <Button onClick={props.onClose}>{t("ui.cancel")}</Button>
          <Button kind="primary" busy={props.busy} onClick={save}>
            {t("timing.laterSave")}
          </Button>
        </>
      }
    >
      <div class="timing-fields">
        <label class="field" for={`${id}-text`}>
          <span class="field-label">{t("timing.laterText")}</span>
          <span class="field-box" data-invalid={(asked && empty) || undefined}>
            <textarea
              id={`${id}-text`}
              class="field-input later-text"
              rows={4}
              dir="auto"
              maxLength={LENGTH}
              value={text}
              onInput={(event) => setText(event.currentTarget.value)}
            />
          </span>
          {asked && empty && (
            <span class="field-error" role="alert">
              {t("timing.laterEmpty")}
            </span>
          )}
        </label>
        <SelectField
          label={t("timing.laterWhen")}
          value={choice}
          options={[
            ...choices.map(({ kind, at: when }) => ({
              value: kind as string,
              label: t(`timing.when.${kind}`, { time: formatMoment(when) }),
            })),
            { value: "own", label: t("timing.laterOwn") },
          ]}
          onChange={setChoice}
        />
        {choice === "own" && (
          <label class="field" for={`${id}-at`}>
            <span class="field-label">{t("timing.laterAt")}</span>
            <span class="field-box" data-invalid={(asked && past) || undefined}>
              <input
                id={`${id}-at`}
                class="field-input"
                type="datetime-local"
                value={own}
                onInput={(event) => setOwn(event.currentTarget.value)}
              />
            </span>
            {asked && past && (
              <span class="field-error" role="alert">
                {t("timing.laterPast")}
              </span>
            )}
          </label>
        )}
        <p class="field-hint">{t("timing.laterWhat")}</p>
      </div>
    </Dialog>
  );
}

/** Above the field in which one writes: that something waits, or, where `stuck`, that none of it can go. */
export function WaitingBar(props: { count: number; stuck?: boolean; onShow: () => void }) {
  const { count, stuck = false, onShow } = props;
  return (
    <div class="waiting-bar" role="status">
      <Icon of={stuck ? CircleAlert : CalendarClock} />
      <p>{stuck ? t("timing.waitingStuck", { count }) : t("timing.waiting", { count })}</p>
      <Button kind="quiet" onClick={onShow}>
        {t("timing.waitingShow")}
      </Button>
    </div>
  );
}

/** What waits in a conversation, the next first. */
export function WaitingDialog(props: {
  messages: readonly LaterMessage[];
  onChange: (message: LaterMessage) => void;
  onCopy: (message: LaterMessage) => void;
  onSendNow: (message: LaterMessage) => void;
  onRemove: (message: LaterMessage) => void;
  onClose: () => void;
}) {
  return (
    <Dialog
      title={t("timing.waitingTitle")}
      onClose={props.onClose}
      actions={<Button onClick={props.onClose}>{t("ui.close")}</Button>}
    >
      {props.messages.length === 0 ? (
        <p>{t("timing.waitingNone")}</p>
      ) : (
        <ul class="waiting-list">
          {props.messages.map((message) => (
            <li key={message.id} class="waiting-item">
              <p class="waiting-time">{formatMoment(message.at)}</p>
              <p class="waiting-text" dir="auto">
                {message.text}
              </p>
              {message.failed && <p class="field-error">{t("timing.waitingFailed")}</p>}
              <div class="waiting-acts">
                {message.failed && (
                  <IconButton
                    icon={Copy}
                    label={t("chat.copy")}
                    onClick={() => props.onCopy(message)}
                  />
                )}
                <IconButton
                  icon={Pencil}
                  label={t("timing.waitingChange")}
                  onClick={() => props.onChange(message)}
                />
                <IconButton
                  icon={Send}
                  mirror
                  label={t("timing.waitingNow")}
                  onClick={() => props.onSendNow(message)}
                />
                <IconButton
                  icon={Trash2}
                  label={t("timing.waitingRemove")}
                  onClick={() => props.onRemove(message)}
                />
              </div>
            </li>
          ))}
        </ul>
      )}
      <p class="field-hint">{t("timing.laterWhat")}</p>
    </Dialog>
  );
}
