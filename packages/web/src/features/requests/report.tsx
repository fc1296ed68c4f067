import "./requests.css";
import type { FirstWords } from "@baraza/engine";
import { tame, tameName } from "@baraza/engine/safe-text";
import { useState } from "preact/hooks";
import { t, tParts } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Switch } from "../../ui/choice.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";

/** Telling those who look after one's node about somebody who wrote: with exactly what one chooses to show. */
export function Report(props: {
  request: Pick<FirstWords, "name" | "address" | "words">;
  node: string;
  busy: boolean;
  /** What did not work, as a sentence. */
  failure: string | undefined;
  onReport: (report: { words: boolean; note: string }) => void;
  onClose: () => void;
}) {
  const { request, node } = props;
  const [words, setWords] = useState(false);
  const [note, setNote] = useState("");
  return (
    <Dialog
      title={t("requests.reportTitle", { name: tameName(request.name) })}
      onClose={props.onClose}
      actions={
        <>
          <Button onClick={props.onClose}>{t("ui.cancel")}</Button>
          <Button kind="primary" busy={props.busy} onClick={() => props.onReport({ words, note })}>
            {t("requests.report")}
          </Button>
        </>
      }
    >
      <p>
        {tParts("requests.reportWhat", {
          node: <bdi>{node}</bdi>,
          address: <bdi dir="ltr">{tameName(request.address)}</bdi>,
        })}
      </p>
      <Switch
        label={t("requests.reportWords")}
        hint={<bdi>{tame(request.words).slice(0, 200)}</bdi>}
        checked={words}
        onChange={setWords}
      />
      <TextField
        label={t("requests.reportNote")}
        value={note}
        onInput={setNote}
        maxLength={1000}
        error={props.failure}
      />
    </Dialog>
  );
}
