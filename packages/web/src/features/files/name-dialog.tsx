import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Form, TextField } from "../../ui/field.tsx";
import { endingOf } from "./model.ts";

/** A name for a new folder, or another one for what is there. */
export function NameDialog({
  title,
  action,
  name: first,
  onClose,
  onName,
}: {
  title: string;
  action: string;
  name: string;
  onClose: () => void;
  onName: (name: string) => void;
}) {
  const [name, setName] = useState(first);
  const [tried, setTried] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // The ending is rarely what is to be changed.
    field.current?.focus();
    field.current?.setSelectionRange(0, endingOf(first).stem.length);
  }, [first]);
  const save = (): void => {
    setTried(true);
    if (name.trim() !== "") onName(name.trim());
  };
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("ui.cancel")}</Button>
          <Button kind="primary" onClick={save}>
            {action}
          </Button>
        </>
      }
    >
      <Form onSubmit={save}>
        <TextField
          label={t("files.name")}
          value={name}
          onInput={setName}
          maxLength={200}
          spellcheck={false}
          inputRef={field}
          error={tried && name.trim() === "" ? t("files.nameMissing") : undefined}
        />
      </Form>
    </Dialog>
  );
}
