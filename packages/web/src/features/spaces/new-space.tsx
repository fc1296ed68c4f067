import { AtSign, Megaphone, User, Users } from "lucide";
import { useState } from "preact/hooks";
import { failureText } from "../../app/failure.ts";
import type { Failure } from "../../app/model.ts";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Segmented } from "../../ui/choice.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Form, TextField } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";

export interface NewSpaceProps {
  busy: boolean;
  failure?: Failure | undefined;
  /** Where one writes to an address instead. */
  writeHref: string;
  /** Where one writes to many at once, to each apart. */
  listsHref: string;
  onCreate: (space: { kind: "pair" | "group"; title: string; untitled?: boolean }) => void;
  onClose: () => void;
}

/** A new conversation; inviting comes right after it. */
export function NewSpace(props: NewSpaceProps) {
  const { busy, failure, onCreate, onClose } = props;
  const [kind, setKind] = useState<"pair" | "group">("group");
  const [title, setTitle] = useState("");
  const [tried, setTried] = useState(false);
  const missing = kind === "group" && !title.trim() ? t("newSpace.titleMissing") : undefined;
  return (
    <Dialog title={t("newSpace.title")} onClose={onClose}>
      <Form
        onSubmit={() => {
          setTried(true);
          if (busy || missing) return;
          if (kind === "group") onCreate({ kind, title: title.trim() });
          // It is called by the other's name as soon as they are in it.
          else onCreate({ kind, title: t("newSpace.pair"), untitled: true });
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
        {kind === "pair" && (
          <a class="button" data-kind="secondary" href={props.writeHref} onClick={onClose}>
            <Icon of={AtSign} />
            <span class="button-words">{t("newSpace.address")}</span>
          </a>
        )}
        <a class="button" data-kind="quiet" href={props.listsHref} onClick={onClose}>
          <Icon of={Megaphone} />
          <span class="button-words">{t("newSpace.list")}</span>
        </a>
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
