import "./bubble.css";
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

export interface BubbleProps {
  id: string;
  mine: boolean;
  /** The first of one author's consecutive messages carries the name; the last the tail and the avatar. */
  first: boolean;
  last: boolean;
  /** Emphasised for a moment, e.g. after a jump to it. */
  lit?: boolean;
  faded?: boolean;
  /** Several are being chosen, and whether this is one of them. */
  chosen?: boolean | undefined;
  author?: ComponentChildren;
  /** Whose it is, in words: read where nothing shows it. */
  by: string;
  /** The keys are at it: it takes the focus, and its name is all that it says. */
  current?: boolean;
  avatar?: ComponentChildren;
  quote?: ComponentChildren;
  children: ComponentChildren;
  /** Time and state, at the end of the last line. */
  meta?: ComponentChildren;
  /** Under the bubble: reactions. */
  after?: ComponentChildren;
  /** Beside the bubble: what one can do with it. */
  tools?: ComponentChildren;
  /** A touch on the bubble, for which there is no hover. */
  onTap?: (anchor: HTMLElement) => void;
}

/** One message. Its place follows the page's direction, its text its own. */
export function Bubble(props: BubbleProps) {
  const { current } = props;
  const id = useId();
  const named = props.first && props.author;
  return (
    <div
      id={props.id}
      class="bubble-row"
      role="article"
      aria-labelledby={`${id}-${current ? "all" : "by"}`}
      // Only while the keys are here: to a screen reader's touch all else would be one lump.
      tabIndex={current ? -1 : undefined}
      data-mine={props.mine || undefined}
      data-first={props.first || undefined}
      data-last={props.last || undefined}
      data-lit={props.lit || undefined}
      data-chosen={props.chosen}
    >
      {!props.mine && <span class="bubble-avatar">{props.last && props.avatar}</span>}
      <div class="bubble-column">
        <div class="bubble-line">
          {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events jsx-a11y/no-static-element-interactions -- the tools beside it are the keyboard's way */}
          <div
            class="bubble"
            id={`${id}-all`}
            data-faded={props.faded || undefined}
            onClick={(event) => {
              const touch = (event as unknown as PointerEvent).pointerType === "touch";
              const onControl =
                event.target instanceof Element && event.target.closest("a, button");
              if ((touch || props.chosen !== undefined) && !onControl)
                props.onTap?.(event.currentTarget);
            }}
          >
            <p id={`${id}-by`} class={named ? "bubble-author" : "visually-hidden"}>
              {named || props.by}
            </p>
            {props.quote}
            <div class="bubble-text">{props.children}</div>
            {props.meta && <div class="bubble-meta">{props.meta}</div>}
          </div>
          {props.tools && <div class="bubble-tools">{props.tools}</div>}
        </div>
        {props.after}
      </div>
    </div>
  );
}

/** What a message answers: a press on it leads there. */
export function Quote({
  author,
  text,
  onClick,
  hint,
}: {
  author: string;
  text: string;
  onClick?: (() => void) | undefined;
  hint?: string;
}) {
  const inside = (
    <>
      {hint && <span class="visually-hidden">{hint}</span>}
      <span class="quote-author as-page" dir="auto">
        {author}
      </span>
      <span class="quote-text as-page" dir="auto">
        {text}
      </span>
    </>
  );
  return onClick ? (
    <button type="button" class="quote" onClick={onClick}>
      {inside}
    </button>
  ) : (
    <div class="quote">{inside}</div>
  );
}

export interface ReactionChip {
  emoji: string;
  /** As it is drawn. */
  face: ComponentChildren;
  count: string;
  mine: boolean;
  /** Who reacted. */
  names: string;
  onClick: () => void;
}

/** So many different ones stand under a message. */
const SHOWN = 10;

/** Reactions under a message; a press adds or takes away one's own. What is more than fits, and who it was, shows on its own. */
export function Reactions({
  chips,
  label,
  more,
  onAll,
}: {
  chips: readonly ReactionChip[];
  label: string;
  /** On the button for what does not stand here. */
  more: (count: number) => string;
  onAll: () => void;
}) {
  // One's own are always there to be taken back.
  const shown = chips.filter(({ mine }, at) => at < SHOWN || mine).slice(0, 2 * SHOWN);
  const left = chips.length - shown.length;
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the message's menu is the keyboard's way
    <ul
      class="reactions"
      aria-label={label}
      onContextMenu={(event) => {
        event.preventDefault();
        onAll();
      }}
    >
      {shown.map((chip) => (
        <li key={chip.emoji}>
          <button
            type="button"
            class="reaction"
            aria-pressed={chip.mine}
            title={chip.names}
            onClick={chip.onClick}
          >
            <span class="reaction-face">
              <span>{chip.face}</span>
              <span class="reaction-count">{chip.count}</span>
            </span>
            <span class="visually-hidden">{chip.names}</span>
          </button>
        </li>
      ))}
      {left > 0 && (
        <li>
          <button
            type="button"
            class="reaction"
            aria-haspopup="dialog"
            aria-label={`${label} ${more(left)}`}
            onClick={onAll}
          >
            <span class="reaction-face">{more(left)}</span>
          </button>
        </li>
      )}
    </ul>
  );
}

/** A day, or where what is new begins. */
export function Separator({
  children,
  tone = "day",
}: {
  children: ComponentChildren;
  tone?: "day" | "new" | "notice";
}) {
  return (
    <div class="separator" data-tone={tone}>
      <span>{children}</span>
    </div>
  );
}
