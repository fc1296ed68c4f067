import type { FileEntry } from "@baraza/engine";
import { X } from "lucide";
import { t } from "../../i18n/index.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { type Act, actIcons, actsOnAll, wordOf } from "./actions.ts";

/** What to do with what is selected, in the place of the bar. */
export function SelectionBar({
  selected,
  canWrite,
  onAct,
  onClear,
}: {
  selected: readonly FileEntry[];
  canWrite: boolean;
  onAct: (act: Act, entries: readonly FileEntry[]) => void;
  onClear: () => void;
}) {
  return (
    <div class="files-bar" data-selection role="toolbar" aria-label={t("files.selection")}>
      <IconButton icon={X} label={t("files.unselect")} tip="below-start" onClick={onClear} />
      <span class="files-count">{t("files.selected", { count: selected.length })}</span>
      <span class="files-acts">
        {actsOnAll(selected, canWrite).map((act) => (
          <Button
            key={act}
            kind="quiet"
            icon={actIcons[act]}
            label={wordOf(act, selected)}
            onClick={() => onAct(act, selected)}
          >
            {wordOf(act, selected)}
          </Button>
        ))}
      </span>
    </div>
  );
}
