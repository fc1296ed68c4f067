import type { Sort } from "@baraza/engine";
import { ArrowDownUp, Check, LayoutGrid, List, type IconNode } from "lucide";
import { t } from "../../i18n/index.ts";
import { IconButton } from "../../ui/button.tsx";
import { MenuButton } from "../../ui/menu.tsx";

export type Layout = "list" | "grid";

/** No icon: the others are indented in the same way. */
const none: IconNode = [];

/** In which order, and as a list or as pictures. */
export function Arrange({
  sort,
  onSort,
  layout,
  onLayout,
}: {
  sort: Sort;
  onSort: (sort: Sort) => void;
  layout: Layout;
  onLayout: (layout: Layout) => void;
}) {
  const orders: readonly { label: string; sort: Sort }[] = [
    { label: t("files.sort.name"), sort: { by: "name", down: false } },
    { label: t("files.sort.nameDown"), sort: { by: "name", down: true } },
    { label: t("files.sort.newest"), sort: { by: "changed", down: true } },
    { label: t("files.sort.oldest"), sort: { by: "changed", down: false } },
    { label: t("files.sort.largest"), sort: { by: "size", down: true } },
    { label: t("files.sort.smallest"), sort: { by: "size", down: false } },
    { label: t("files.sort.type"), sort: { by: "type", down: false } },
  ];
  return (
    <span class="files-arrange">
      <MenuButton
        icon={ArrowDownUp}
        label={t("files.sort")}
        tip="below-end"
        items={orders.map(({ label, sort: order }) => ({
          label,
          icon: order.by === sort.by && order.down === sort.down ? Check : none,
          onSelect: () => onSort(order),
        }))}
      />
      <IconButton
        icon={layout === "list" ? LayoutGrid : List}
        label={layout === "list" ? t("files.asGrid") : t("files.asList")}
        tip="below-end"
        onClick={() => onLayout(layout === "list" ? "grid" : "list")}
      />
    </span>
  );
}
