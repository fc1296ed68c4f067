import { useState } from "preact/hooks";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Form, TextField } from "../../ui/field.tsx";

/** Another name for a group, which everyone in it then sees. */
export function Rename({
  title,
  onRename,
  onClose,
}: {
  title: string;
  onRename: (title: string) => void;
  onClose: () => void;
}) {
  const [typed, setTyped] = useState(title);
  const [tried, setTried] = useState(false);
  const wanted = typed.trim();
  return (
    <Dialog title={t("people.rename")} onClose={onClose}>
      <Form
        onSubmit={() => {
          setTried(true);
          if (!wanted) return;
          if (wanted !== title) onRename(wanted);
          onClose();
        }}
      >
        <TextField
          label={t("newSpace.name")}
          hint={t("people.renameHint")}
          value={typed}
          onInput={setTyped}
          autoCapitalize="sentences"
          maxLength={80}
          error={tried && !wanted ? t("newSpace.titleMissing") : undefined}
        />
        <Button kind="primary" type="submit" wide>
          {t("ui.save")}
        </Button>
      </Form>
    </Dialog>
  );
}
