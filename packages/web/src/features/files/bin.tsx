import "./files.css";
import type { FileEntry } from "@baraza/engine";
import { ArrowLeft, Trash2 } from "lucide";
import { useState } from "preact/hooks";
import { t } from "../../i18n/index.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Skeleton } from "../../ui/progress.tsx";
import { EntryList } from "./entry-list.tsx";
import { SelectionBar } from "./selection.tsx";
import type { ThumbnailUrl } from "./thumbnail.tsx";
import { safeName } from "./model.ts";

export interface BinProps {
  /** The space's title; null for one's own files. */
  title: string | null;
  total: number | undefined;
  entryAt: (index: number) => FileEntry | undefined;
  onRange: (first: number, last: number) => void;
  canWrite: boolean;
  now: number;
  urlOf: ThumbnailUrl;
  hrefOf: (entry: FileEntry) => string;
  onRestore: (entries: readonly FileEntry[]) => void;
  onPurge: (entries: readonly FileEntry[]) => void;
  onEmpty: () => void;
  onBack: () => void;
}

/** What was deleted and can still come back. */
export function Bin(props: BinProps) {
  const { total } = props;
  const [selected, setSelected] = useState<ReadonlyMap<string, FileEntry>>(new Map());
  const [asking, setAsking] = useState<"all" | readonly FileEntry[]>();
  const act = (what: string, entries: readonly FileEntry[]): void => {
    if (what === "restore") props.onRestore(entries);
    else if (what === "purge") setAsking(entries);
    setSelected(new Map());
  };
  return (
    <section class="files settings" aria-labelledby="files-title">
      <header class="pane-head">
        <IconButton
          icon={ArrowLeft}
          mirror
          label={t("ui.back")}
          tip="below-start"
          onClick={props.onBack}
        />
        <div class="pane-title">
          <h1 id="files-title" tabIndex={-1}>
            {t("files.bin")}
          </h1>
          <p class="pane-sub as-page" dir="auto">
            {props.title ?? t("files.own")}
          </p>
        </div>
        {props.canWrite && total !== undefined && total > 0 && (
          <IconButton
            icon={Trash2}
            label={t("files.emptyBin")}
            tip="below-end"
            hasPopup="dialog"
            onClick={() => setAsking("all")}
          />
        )}
      </header>
      {selected.size > 0 ? (
        <SelectionBar
          selected={[...selected.values()]}
          canWrite={props.canWrite}
          onAct={act}
          onClear={() => setSelected(new Map())}
        />
      ) : (
        <p class="files-note">{t("files.binLead")}</p>
      )}
      {total === undefined ? (
        <Skeleton label={t("ui.moment")} rows={4} />
      ) : total === 0 ? (
        <EmptyState picture={<Icon of={Trash2} />} title={t("files.binEmptyTitle")}>
          {t("files.binEmpty")}
        </EmptyState>
      ) : (
        <EntryList
          label={t("files.bin")}
          total={total}
          entryAt={props.entryAt}
          onRange={props.onRange}
          layout="list"
          canWrite={props.canWrite}
          now={props.now}
          urlOf={props.urlOf}
          hrefOf={props.hrefOf}
          selected={selected}
          onSelect={setSelected}
          onAct={act}
        />
      )}
      {asking && (
        <Dialog
          title={asking === "all" ? t("files.emptyBin") : t("files.purge")}
          onClose={() => setAsking(undefined)}
          actions={
            <>
              <Button onClick={() => setAsking(undefined)}>{t("ui.cancel")}</Button>
              <Button
                kind="danger"
                onClick={() => {
                  if (asking === "all") props.onEmpty();
                  else props.onPurge(asking);
                  setAsking(undefined);
                }}
              >
                {t("files.purge")}
              </Button>
            </>
          }
        >
          <p>
            {asking === "all" || asking.length !== 1
              ? t("files.purgeWhat", { count: asking === "all" ? (total ?? 0) : asking.length })
              : t("files.purgeOne", { name: safeName(asking[0]?.name ?? "") })}
          </p>
          <p>{t("files.purgeHint")}</p>
        </Dialog>
      )}
    </section>
  );
}
