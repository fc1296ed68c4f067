import "./shortcuts.css";
import { t } from "../../i18n/index.ts";
import { Switch } from "../../ui/choice.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Keys } from "./keys-shown.tsx";

export interface ShortcutGroup {
  title: string;
  rows: readonly { label: string; keys: readonly string[] }[];
}

/** All shortcuts, and the switch for those that are a letter alone. */
export function Shortcuts({
  groups,
  oneKey,
  onOneKey,
  onClose,
}: {
  groups: readonly ShortcutGroup[];
  oneKey: boolean;
  onOneKey: (on: boolean) => void;
  onClose: () => void;
}) {
  return (
    <Dialog title={t("frame.shortcuts")} onClose={onClose}>
      <Switch
        label={t("frame.oneKey")}
        hint={t("frame.oneKeyHint")}
        checked={oneKey}
        onChange={onOneKey}
      />
      {groups.map(({ title, rows }) => (
        <section class="shortcuts" key={title} aria-label={title}>
          <h3>{title}</h3>
          <dl>
            {rows.map(({ label, keys }) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd>
                  <Keys keys={keys} />
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}
