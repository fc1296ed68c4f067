import { Plus } from "lucide";
import { useState } from "preact/hooks";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Switch } from "../../ui/choice.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";

export interface PollDraft {
  question: string;
  choices: string[];
  several: boolean;
  hidden: boolean;
  open: boolean;
  closesAt: number | null;
}

/** Choices that a poll may begin with. */
const MOST = 20;

/** Asks for all that a poll needs. */
export function NewPoll({
  busy,
  onAsk,
  onClose,
}: {
  busy: boolean;
  onAsk: (poll: PollDraft) => void;
  onClose: () => void;
}) {
  const [question, setQuestion] = useState("");
  const [choices, setChoices] = useState(["", ""]);
  const [several, setSeveral] = useState(false);
  const [open, setOpen] = useState(false);
  const [hidden, setHidden] = useState(false);
  const [closes, setCloses] = useState("");
  const [asked, setAsked] = useState(false);
  const given = [...new Set(choices.map((one) => one.trim()).filter((one) => one !== ""))];
  const closesAt = closes === "" ? null : new Date(closes).getTime();
  const past = closesAt !== null && !(closesAt > Date.now());
  const lacking = question.trim() === "" || given.length < 2;
  const send = (): void => {
    setAsked(true);
    if (!lacking && !past)
      onAsk({ question: question.trim(), choices: given, several, hidden, open, closesAt });
  };
  return (
    <Dialog
      title={t("talk.newPoll")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("ui.cancel")}</Button>
          <Button kind="primary" busy={busy} onClick={send}>
            {t("deep.pollAsk")}
          </Button>
        </>
      }
    >
      <div class="stack">
        <TextField
          label={t("deep.pollQuestion")}
          value={question}
          onInput={setQuestion}
          maxLength={1000}
          error={asked && lacking ? t("deep.pollTwo") : undefined}
        />
        {choices.map((choice, index) => (
          <TextField
            key={index}
            label={t("deep.pollChoice", { number: index + 1 })}
            value={choice}
            maxLength={200}
            onInput={(text) =>
              setChoices((before) => before.map((one, at) => (at === index ? text : one)))
            }
          />
        ))}
        {choices.length < MOST && (
          <Button kind="quiet" icon={Plus} onClick={() => setChoices((before) => [...before, ""])}>
            {t("deep.pollMore")}
          </Button>
        )}
        <Switch label={t("deep.pollSeveral")} checked={several} onChange={setSeveral} />
        <Switch label={t("deep.pollOpen")} checked={open} onChange={setOpen} />
        <Switch
          label={t("deep.pollHidden")}
          hint={t("deep.pollHiddenHint")}
          checked={hidden}
          onChange={setHidden}
        />
        <label class="field">
          <span class="field-label">{t("deep.pollCloses")}</span>
          <span class="field-box" data-invalid={(asked && past) || undefined}>
            <input
              class="field-input"
              type="datetime-local"
              value={closes}
              onInput={(event) => setCloses(event.currentTarget.value)}
            />
          </span>
          {asked && past && <span class="field-error">{t("deep.pollClosesPast")}</span>}
        </label>
      </div>
    </Dialog>
  );
}
