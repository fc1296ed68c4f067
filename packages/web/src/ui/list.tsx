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
      onKeyDown={(event) => moveFocus(event, "a.row-main, button.row-main, .row-link", "block")}
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
  /** The link is the title alone, and what stands beside it is read apart; a press anywhere on the row follows it. */
  apart?: boolean;
  /** It stands within a list item of somebody else's. */
  inner?: boolean;
}

/** A row: with `href` a link, with `onClick` alone a button, else plain. */
export function ListItem(props: ListItemProps) {
  const { apart } = props;
  // Within a link only phrases may stand; apart from it each part is read by itself.
  const Part = apart ? "p" : "span";
  const Line = apart ? "div" : "span";
  const inside = (
    <>
      {props.start}
      <Line class="row-words">
        <Line class="row-line">
          <Part class="row-title as-page" dir="auto">
            {apart && props.href ? (
              <a class="row-link" href={props.href} onClick={props.onClick}>
                {props.title}
              </a>
            ) : (
              props.title
            )}
          </Part>
          {props.aside && <Part class="row-aside">{props.aside}</Part>}
        </Line>
        {(props.detail || props.mark) && (
          <Line class="row-line">
            <Part class="row-detail as-page" dir="auto">
              {props.detail}
            </Part>
            {props.mark}
          </Line>
        )}
      </Line>
    </>
  );
  const Item = props.inner ? "div" : "li";
  return (
    <Item class="row" data-strong={props.strong || undefined} data-wrap={props.wrap || undefined}>
      {apart ? (
        <div class="row-main">{inside}</div>
      ) : props.href ? (
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
