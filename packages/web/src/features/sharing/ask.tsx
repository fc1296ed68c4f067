import "./sharing.css";
import { useId, useState } from "preact/hooks";
import { formatDayWithin } from "../../i18n/dates.ts";
import { formatBytes, t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Form, SelectField, TextField } from "../../ui/field.tsx";
import { LinkDialog } from "./made.tsx";
import {
  BOX_BYTES,
  BOX_BYTES_FIRST,
  BOX_DAYS,
  BOX_DAYS_FIRST,
  BOX_FILES,
  BOX_FILES_FIRST,
  DAY_MS,
} from "./model.ts";

/** What a drop box is to be like. */
export interface BoxWish {
  title: string;
  text: string;
  bytes: number;
  files: number;
  /** How long it takes files, ms. */
  lasts: number;
}

/** Making a drop box, into which people outside leave files for one. */
export function AskForFiles({
  name,
  now,
  busy,
  problem,
  link,
  onMake,
  onClose,
}: {
  /** Of the folder that the files are meant for. */
  name: string;
  now: number;
  busy: boolean;
  problem: string | undefined;
  /** Once it is made. */
  link: string | undefined;
  onMake: (wish: BoxWish) => void;
  onClose: () => void;
}) {
  const id = useId();
  const [title, setTitle] = useState(name);
  const [text, setText] = useState("");
  const [days, setDays] = useState(String(BOX_DAYS_FIRST));
  const [files, setFiles] = useState(String(BOX_FILES_FIRST));
  const [bytes, setBytes] = useState(String(BOX_BYTES_FIRST));
  const [tried, setTried] = useState(false);
  const missing = title.trim() === "";
  if (link !== undefined)
    return (
      <LinkDialog
        title={t("links.madeBoxTitle")}
        link={link}
        shareText={t("links.shareTextBox", { name: title })}
        onClose={onClose}
      >
        <p>{t("links.madeBoxLead")}</p>
      </LinkDialog>
    );
  return (
    <Dialog title={t("links.ask")} onClose={onClose}>
      <div class="give">
        <p>{t("links.askLead")}</p>
        <Form
          onSubmit={() => {
            setTried(true);
            if (busy || missing) return;
            onMake({
              title: title.trim().normalize("NFC"),
              text: text.trim().normalize("NFC"),
              bytes: Number(bytes),
              files: Number(files),
              lasts: Number(days) * DAY_MS,
            });
          }}
        >
          <TextField
            label={t("links.name")}
            hint={t("links.askNameHint")}
            value={title}
            onInput={setTitle}
            maxLength={200}
            error={tried && missing ? t("links.nameMissing") : undefined}
          />
          <div class="field">
            <label class="field-label" for={id}>
              {t("links.askText")}
            </label>
            <div class="field-box">
              <textarea
                id={id}
                class="field-input"
                rows={3}
                maxLength={2000}
                dir="auto"
                value={text}
                onInput={(event) => setText(event.currentTarget.value)}
              />
            </div>
          </div>
          <div class="give-pair">
            <SelectField
              label={t("links.askFiles")}
              value={files}
              onChange={setFiles}
              options={BOX_FILES.map((count) => ({
                value: String(count),
                label: t("links.fileCount", { count }),
              }))}
            />
            <SelectField
              label={t("links.askRoom")}
              value={bytes}
              onChange={setBytes}
              options={BOX_BYTES.map((size) => ({ value: String(size), label: formatBytes(size) }))}
            />
          </div>
          <SelectField
            label={t("links.opens")}
            hint={t("links.worksHint", { date: formatDayWithin(now + Number(days) * DAY_MS, now) })}
            value={days}
            onChange={setDays}
            options={BOX_DAYS.map((count) => ({
              value: String(count),
              label: t("links.days", { count }),
            }))}
          />
          {problem && (
            <p class="field-error" role="alert">
              {problem}
            </p>
          )}
          <Button kind="primary" type="submit" wide busy={busy}>
            {t("links.askMake")}
          </Button>
        </Form>
      </div>
    </Dialog>
  );
}
