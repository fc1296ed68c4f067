import "./banner.css";
import type { IconNode } from "lucide";
import type { ComponentChildren } from "preact";
import { Icon } from "./icon.tsx";

/** One quiet line about a state, with at most one thing to do. `tone` changes colour, never meaning: the words carry that. */
export function Banner(props: {
  tone?: "calm" | "notice" | "danger";
  icon: IconNode;
  children: ComponentChildren;
  action?: { label: string; onClick: () => void };
}) {
  return (
    <div class="banner" role="status" data-tone={props.tone ?? "calm"}>
      <Icon of={props.icon} />
      <p>{props.children}</p>
      {props.action && (
        <button type="button" class="banner-action" onClick={props.action.onClick}>
          {props.action.label}
        </button>
      )}
    </div>
  );
}
