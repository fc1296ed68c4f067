import "./menu.css";
import type { IconNode } from "lucide";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { IconButton, type IconButtonProps } from "./button.tsx";
import { Icon } from "./icon.tsx";
import { moveFocus } from "./keyboard.ts";

export interface MenuItem {
  label: string;
  icon: IconNode;
  mirrorIcon?: boolean;
  danger?: boolean;
  onSelect: () => void;
}

export interface MenuProps {
  label: string;
  items: readonly MenuItem[];
  /** What it belongs to: it opens beside it, and the focus goes back to it. */
  anchor: HTMLElement;
  onClose: () => void;
  /** A row above the items, e.g. quick reactions; its buttons take part in the arrow keys. */
  header?: ComponentChildren;
}

/** A list of actions: beside its anchor on wide screens, a sheet at the bottom on phones. Render it only while it is open. */
export function Menu({ label, items, anchor, onClose, header }: MenuProps) {
  const ref = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const menu = ref.current;
    if (!menu) return;
    menu.showPopover();
    place(menu, anchor);
    menu.querySelector<HTMLElement>('[role="menuitem"]')?.focus();
    return () => {
      const inside =
        menu.contains(document.activeElement) || document.activeElement === document.body;
      if (inside && anchor.isConnected) anchor.focus();
    };
  }, [anchor]);
  return (
    <div
      ref={ref}
      class="menu"
      role="menu"
      tabIndex={-1}
      aria-label={label}
      popover="auto"
      onToggle={(event) => {
        if (event.newState === "closed") onClose();
      }}
      onKeyDown={(event) => {
        if (event.key === "Tab") onClose();
        else moveFocus(event, '[role="menuitem"]', "both");
      }}
    >
      {header && <div class="menu-header">{header}</div>}
      {items.map((item) => (
        <button
          key={item.label}
          class="menu-item"
          type="button"
          role="menuitem"
          tabIndex={-1}
          data-danger={item.danger || undefined}
          onClick={() => {
            onClose();
            item.onSelect();
          }}
        >
          <Icon of={item.icon} mirror={item.mirrorIcon ?? false} />
          {item.label}
        </button>
      ))}
    </div>
  );
}

/** An icon that opens a menu. */
export function MenuButton({
  items,
  ...button
}: Omit<IconButtonProps, "onClick"> & { items: readonly MenuItem[] }) {
  const [anchor, setAnchor] = useState<HTMLElement>();
  return (
    <>
      <IconButton
        {...button}
        hasPopup="menu"
        expanded={anchor !== undefined}
        onClick={(event) => setAnchor(event.currentTarget as HTMLElement)}
      />
      {anchor && (
        <Menu
          label={button.label}
          items={items}
          anchor={anchor}
          onClose={() => setAnchor(undefined)}
        />
      )}
    </>
  );
}

/**
 * Sets the menu's place by CSSOM, which the Content-Security-Policy allows (a style attribute in HTML
 * would not be). Phones ignore it: there the sheet's place is in the style sheet.
 */
function place(menu: HTMLElement, anchor: HTMLElement): void {
  const box = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = box.bottom + 4 + height <= innerHeight;
  const block = below ? box.bottom + 4 : Math.max(8, box.top - 4 - height);
  // Counted from where lines begin: the left edge, or the right one in Arabic.
  const rtl = getComputedStyle(menu).direction === "rtl";
  const start = rtl ? innerWidth - box.right : box.left;
  const wished = start + box.width / 2 < innerWidth / 2 ? start : start + box.width - width;
  const inline = Math.max(8, Math.min(wished, innerWidth - width - 8));
  menu.style.setProperty("--menu-block", `${block}px`);
  menu.style.setProperty("--menu-inline", `${inline}px`);
}
