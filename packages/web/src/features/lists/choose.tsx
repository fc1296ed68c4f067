import "./lists.css";
import "../chat/forward.css";
import { useState } from "preact/hooks";
import { formatNumber, t } from "../../i18n/index.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";

export interface Choosable {
  identityId: string;
  name: string;
  /** They do not get what is sent: why. */
  miss: "gone" | "blocked" | "arriving" | null;
}

/** As many as the engine has on one list. */
const MOST = 256;

/** Who is on a list: everybody with whom one has a conversation of two, and those who were put on it before. */
export function ChoosePeople({
  people,
  on,
  onChange,
  onClose,
}: {
  people: readonly Choosable[];
  on: ReadonlySet<string>;
  onChange: (identityId: string, on: boolean) => void;
  onClose: () => void;
}) {
  const [query, setQuery] = useState("");
  const wanted = query.trim().toLocaleLowerCase();
  const found = people.filter(({ name }) => name.toLocaleLowerCase().includes(wanted));
  return (
    <Dialog
      title={t("lists.choose")}
      onClose={onClose}
      actions={
        <Button kind="primary" onClick={onClose}>
          {t("ui.close")}
        </Button>
      }
    >
      <p>{t("lists.chooseHint", { most: formatNumber(MOST) })}</p>
      {people.length > 0 && <TextField label={t("lists.find")} value={query} onInput={setQuery} />}
      {people.length === 0 ? (
        <p class="field-hint">{t("lists.noOne")}</p>
      ) : found.length === 0 ? (
        <p class="field-hint">{t("lists.notFound")}</p>
      ) : (
        <ul class="lists-choose" aria-label={t("lists.choose")}>
          {found.map(({ identityId, name, miss }) => (
            <li key={identityId}>
              <label class="forward-row">
                <input
                  type="checkbox"
                  checked={on.has(identityId)}
                  disabled={!on.has(identityId) && (on.size >= MOST || miss !== null)}
                  onChange={(event) => onChange(identityId, event.currentTarget.checked)}
                />
                <Avatar id={identityId} name={name} size="s" />
                <span dir="auto">
                  {name}
                  {miss !== null && <span class="field-hint"> {t(`lists.is.${miss}`)}</span>}
                </span>
              </label>
            </li>
          ))}
        </ul>
      )}
      <p class="field-hint" role="status">
        {on.size >= MOST ? t("lists.full") : t("lists.people", { count: on.size })}
      </p>
    </Dialog>
  );
}
