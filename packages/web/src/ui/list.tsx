import "./list.css";
import type { ComponentChildren } from "preact";
import { moveFocus } from "./keyboard.ts";

/** A list whose rows are reached with the arrow keys. */
export function List({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the arrow keys move among the rows' own links
    <ul
      class="list"
      aria-label={label}
      onKeyDown={(event) => moveFocus(event, ".row-main", "block")}
    >
      {children}
    </ul>
  );
}

export interface ListItemProps {
  /** Avatar or icon at the start. */
  start?: ComponentChildren;
  title: ComponentChildren;
  detail?: ComponentChildren;
  /** Beside the title, e.g. a time. */
  aside?: ComponentChildren;
  /** Beside the detail, e.g. a badge. */
  mark?: ComponentChildren;
  /** After the row's own target: a menu. */
  end?: ComponentChildren;
  href?: string;
  onClick?: (event: MouseEvent) => void;
  current?: boolean;
  strong?: boolean;
  /** The detail is a whole sentence and may take several lines. */
  wrap?: boolean;
  /** It stands within a list item of somebody else's. */
  inner?: boolean;
}

/** A row: with `href` a link, with `onClick` alone a button, else plain. */
export function ListItem(props: ListItemProps) {
  const inside = (
    <>
      {props.start}
      <span class="row-words">
        <span class="row-line">
          <span class="row-title as-page" dir="auto">
            {props.title}
          </span>
          {props.aside && <span class="row-aside">{props.aside}</span>}
        </span>
        {(props.detail || props.mark) && (
          <span class="row-line">
            <span class="row-detail as-page" dir="auto">
              {props.detail}
            </span>
            {props.mark}
          </span>
        )}
      </span>
    </>
  );
  const Item = props.inner ? "div" : "li";
  return (
    <Item class="row" data-strong={props.strong || undefined} data-wrap={props.wrap || undefined}>
      {props.href ? (
        <a
          class="row-main"
          href={props.href}
          aria-current={props.current ? "page" : undefined}
          onClick={props.onClick}
        >
          {inside}
        </a>
      ) : props.onClick ? (
        <button type="button" class="row-main" onClick={props.onClick}>
          {inside}
        </button>
      ) : (
        <div class="row-main">{inside}</div>
      )}
      {props.end}
    </Item>
  );
}

/** A small count or word on a coloured ground. `label` is what a screen reader says instead. */
export function Badge({
  children,
  label,
  tone = "accent",
}: {
  children: ComponentChildren;
  label?: string;
  tone?: "accent" | "brand" | "plain";
}) {
  return (
    <span class="badge" data-tone={tone}>
      {label ? (
        <>
          <span aria-hidden="true">{children}</span>
          <span class="visually-hidden">{label}</span>
        </>
      ) : (
        children
      )}
    </span>
  );
}
