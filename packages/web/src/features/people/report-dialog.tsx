import "./access.css";
import { useState } from "preact/hooks";
import { t, tParts } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Switch } from "../../ui/choice.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";

/** Telling those who keep order about a message: with what one chooses to show. */
export function ReportDialog(props: {
  name: string;
  text: string;
  busy: boolean;
  /** What did not work, as a sentence. */
  failure: string | undefined;
  onReport: (report: { withMessage: boolean; note: string }) => void;
  onClose: () => void;
}) {
  const { name, text } = props;
  const [withMessage, setWithMessage] = useState(true);
  const [note, setNote] = useState("");
  return (
    <Dialog
      title={t("access.reportTitle", { name })}
      onClose={props.onClose}
      actions={
        <>
          <Button onClick={props.onClose}>{t("ui.cancel")}</Button>
          <Button
            kind="primary"
            busy={props.busy}
            onClick={() => props.onReport({ withMessage, note })}
          >
            {t("access.report")}
          </Button>
        </>
      }
    >
      <p>{tParts("access.reportWhat", { name: <bdi>{name}</bdi> })}</p>
      <Switch
        label={t("access.reportMessage")}
        hint={<bdi>{text.slice(0, 200)}</bdi>}
        checked={withMessage}
        onChange={setWithMessage}
      />
      <TextField
        label={t("access.reportNote")}
        value={note}
        onInput={setNote}
        maxLength={1000}
        error={props.failure}
      />
    </Dialog>
  );
}
