import { useId, useState } from "preact/hooks";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Form, TextField } from "../../ui/field.tsx";

/** Choosing a sealed file and typing its passphrase. */
export function OpenFile({
  busy,
  onOpen,
}: {
  busy: boolean;
  onOpen: (file: File, passphrase: string) => void;
}) {
  const [file, setFile] = useState<File>();
  const [passphrase, setPassphrase] = useState("");
  const id = useId();
  return (
    <Form
      label={t("moving.openFile")}
      onSubmit={() => {
        if (file && passphrase !== "" && !busy) onOpen(file, passphrase);
      }}
    >
      <div class="field">
        <label class="field-label" for={id}>
          {t("moving.choose")}
        </label>
        <input
          id={id}
          class="moving-file"
          type="file"
          accept=".baraza"
          onChange={(event) => setFile(event.currentTarget.files?.[0])}
        />
      </div>
      <TextField
        label={t("moving.filePassphrase")}
        type="password"
        autoComplete="off"
        maxLength={256}
        value={passphrase}
        onInput={setPassphrase}
      />
      <Button type="submit" busy={busy} disabled={!file || passphrase === ""}>
        {busy ? t("moving.stretching") : t("moving.openFile")}
      </Button>
    </Form>
  );
}
