import "./empty-state.css";
import type { ComponentChildren } from "preact";

/** Nothing here yet: what this place is for, and the one thing to do first. */
export function EmptyState({
  picture,
  title,
  children,
  action,
}: {
  picture?: ComponentChildren;
  title: string;
  children?: ComponentChildren;
  action?: ComponentChildren;
}) {
  return (
    <div class="empty">
      {picture && <div class="empty-picture">{picture}</div>}
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {action && <div class="empty-action">{action}</div>}
    </div>
  );
}
