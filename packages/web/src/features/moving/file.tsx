import { FolderOpen } from "lucide";
import { useState } from "preact/hooks";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Form, TextField } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";

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
  return (
    <Form
      label={t("moving.openFile")}
      onSubmit={() => {
        if (file && passphrase !== "" && !busy) onOpen(file, passphrase);
      }}
    >
      <div class="moving-choose">
        <label class="moving-file">
          <span class="button" data-kind="secondary">
            <Icon of={FolderOpen} />
            <span class="button-words">{t("moving.choose")}</span>
          </span>
          <input
            type="file"
            accept=".baraza"
            onChange={(event) => setFile(event.currentTarget.files?.[0])}
          />
        </label>
        {file && (
          <p class="field-hint" role="status">
            <bdi>{file.name}</bdi>
          </p>
        )}
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
