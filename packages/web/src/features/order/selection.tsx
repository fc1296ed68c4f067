import "./order.css";
import { Archive, ArchiveRestore, Ellipsis, MailOpen, X } from "lucide";
import type { ConversationRow } from "../../app/model.ts";
import { t } from "../../i18n/index.ts";
import { IconButton } from "../../ui/button.tsx";
import type { Order } from "./row-menu.tsx";

/** What to do with the conversations that are chosen, in the place of the list's head. */
export function Selection({
  rows,
  onOrder,
  onMore,
  onClear,
}: {
  rows: readonly ConversationRow[];
  onOrder: (order: Order) => void;
  onMore: (anchor: HTMLElement) => void;
  onClear: () => void;
}) {
  const archived = rows.length > 0 && rows.every((row) => row.archived);
  return (
    <div class="order-selection" role="toolbar" aria-label={t("order.selection")}>
      <IconButton icon={X} label={t("order.unselect")} tip="below-start" onClick={onClear} />
      <span role="status">{t("order.selected", { count: rows.length })}</span>
      <IconButton icon={MailOpen} label={t("order.read")} onClick={() => onOrder({ do: "read" })} />
      <IconButton
        icon={archived ? ArchiveRestore : Archive}
        label={archived ? t("order.unarchive") : t("order.archive")}
        onClick={() => onOrder({ do: archived ? "unarchive" : "archive" })}
      />
      <IconButton
        icon={Ellipsis}
        label={t("order.moreActs")}
        tip="below-end"
        hasPopup="menu"
        onClick={(event) => onMore(event.currentTarget as HTMLElement)}
      />
    </div>
  );
}
