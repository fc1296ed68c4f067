import "./order.css";
import { Archive, FolderPen, Megaphone } from "lucide";
import { formatNumber, t } from "../../i18n/index.ts";
import { IconButton } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";

/** Which conversations the list shows. */
export type Filter =
  | { by: "all" | "unread" | "mentions" | "archived" }
  | { by: "folder"; folderId: string };

export interface FiltersProps {
  filter: Filter;
  folders: readonly { folderId: string; name: string; unread: number }[];
  /** Broadcast lists: beside the folders, and pages of their own. */
  lists?: readonly { listId: string; name: string; href: string }[];
  unread: number;
  mentions: number;
  archived: number;
  onFilter: (filter: Filter) => void;
  /** The folder that is shown is to be named anew, or taken away. */
  onFolder: (folderId: string) => void;
}

/** Which conversations are shown: all, what is unread, a folder, what was archived. */
export function Filters(props: FiltersProps) {
  const { filter, folders, unread, mentions, archived, onFilter } = props;
  const chip = (by: "all" | "unread" | "mentions" | "archived", word: string, count: number) => (
    <button
      type="button"
      class="order-chip"
      aria-pressed={filter.by === by}
      onClick={() => onFilter({ by })}
    >
      {by === "archived" && <Icon of={Archive} />}
      {word}
      {count > 0 && <span class="order-count">{formatNumber(count)}</span>}
    </button>
  );
  return (
    <div class="order-filters" role="group" aria-label={t("order.show")}>
      {chip("all", t("order.all"), 0)}
      {chip("unread", t("order.unread"), unread)}
      {(mentions > 0 || filter.by === "mentions") &&
        chip("mentions", t("order.mentions"), mentions)}
      {folders.map(({ folderId, name, unread: count }) => (
        <button
          type="button"
          class="order-chip"
          key={folderId}
          aria-pressed={filter.by === "folder" && filter.folderId === folderId}
          onClick={() => onFilter({ by: "folder", folderId })}
        >
          <bdi>{name}</bdi>
          {count > 0 && <span class="order-count">{formatNumber(count)}</span>}
        </button>
      ))}
      {filter.by === "folder" && (
        <IconButton
          icon={FolderPen}
          label={t("order.editFolder")}
          hasPopup="dialog"
          onClick={() => props.onFolder(filter.folderId)}
        />
      )}
      {props.lists?.map(({ listId, name, href }) => (
        <a class="order-chip" key={listId} href={href}>
          <Icon of={Megaphone} />
          <bdi>{name}</bdi>
        </a>
      ))}
      {(archived > 0 || filter.by === "archived") &&
        chip("archived", t("order.archived"), archived)}
    </div>
  );
}
