import { User, Users } from "lucide";
import { useState } from "preact/hooks";
import { failureText } from "../../app/failure.ts";
import type { Failure } from "../../app/model.ts";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Segmented } from "../../ui/choice.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Form, TextField } from "../../ui/field.tsx";

export interface NewSpaceProps {
  busy: boolean;
  failure?: Failure | undefined;
  onCreate: (space: { kind: "pair" | "group"; title: string }) => void;
  onClose: () => void;
}

/** A new conversation; inviting comes right after it. */
export function NewSpace({ busy, failure, onCreate, onClose }: NewSpaceProps) {
  const [kind, setKind] = useState<"pair" | "group">("group");
  const [title, setTitle] = useState("");
  const [tried, setTried] = useState(false);
  const missing = kind === "group" && !title.trim() ? t("newSpace.titleMissing") : undefined;
  return (
    <Dialog title={t("newSpace.title")} onClose={onClose}>
      <Form
        onSubmit={() => {
          setTried(true);
          if (!busy && !missing) onCreate({ kind, title: kind === "group" ? title.trim() : "" });
        }}
      >
        <Segmented
          label={t("newSpace.kind")}
          value={kind}
          onChange={setKind}
          options={[
            { value: "group", label: t("newSpace.group"), icon: Users },
            { value: "pair", label: t("newSpace.pair"), icon: User },
          ]}
        />
        {kind === "group" ? (
          <TextField
            label={t("newSpace.name")}
            hint={t("newSpace.nameHint")}
            value={title}
            onInput={setTitle}
            autoCapitalize="sentences"
            maxLength={80}
            error={tried ? missing : undefined}
          />
        ) : (
          <p class="field-hint">{t("newSpace.pairHint")}</p>
        )}
        {failure && (
          <p class="field-error" role="alert">
            {failureText(failure)}
          </p>
        )}
        <Button kind="primary" type="submit" wide busy={busy}>
          {t("newSpace.create")}
        </Button>
      </Form>
    </Dialog>
  );
}
