/** Going from message to message by keys, in the region that they scroll in. */
import type { RefObject } from "preact";
import type { VirtualizerHandle } from "virtua";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { TimelineItem } from "./timeline.ts";

/** Pixels of a message that may be out of sight while it counts as seen. */
const HARDLY = 8;

/** Frames within which a row comes into the page. */
const FRAMES = 30;

/** Where arrows have another meaning. */
const OWN_ARROWS = "input, textarea, select, video, audio, dialog, [popover], [role=slider]";

export interface MessageKeys {
  /** The message that the keys are at, and its row, which has to stay in the page. */
  current: string | undefined;
  kept: readonly number[] | undefined;
  /** Gives the focus to a message, which comes into sight by other means. */
  focusOn: (eventId: string) => void;
  /** For the region. */
  handlers: {
    onKeyDown: (event: KeyboardEvent) => void;
    onFocusIn: (event: FocusEvent) => void;
    onFocusOut: (event: FocusEvent) => void;
  };
}

/**
 * Arrows go from message to message, Enter opens what one can do with it, Escape goes back to writing. Where the message
 * with the focus goes, the one that takes its place has it.
 */
export function useMessageKeys(
  items: readonly TimelineItem[],
  scroller: RefObject<HTMLElement | null>,
  list: RefObject<VirtualizerHandle | null>,
): MessageKeys {
  const [at, setAt] = useState<{ eventId: string; scrolls: boolean }>();
  /** The message that has the focus, or something in it. */
  const held = useRef<string>(undefined);
  const before = useRef(items);
  const goTo = (eventId: string): void => setAt({ eventId, scrolls: true });

  useLayoutEffect(() => {
    if (at === undefined) return;
    let frame = 0;
    const look = (left: number): void => {
      const row = rowOf(at.eventId);
      row?.focus({ preventScroll: true });
      if (!row || document.activeElement !== row) {
        // It comes into the page, or is measured, a moment later.
        if (left > 0) frame = requestAnimationFrame(() => look(left - 1));
        return;
      }
      const area = scroller.current?.getBoundingClientRect();
      const box = row.getBoundingClientRect();
      if (!area || !at.scrolls || (box.top >= area.top && box.bottom <= area.bottom)) return;
      const index = items.findIndex(({ key }) => key === at.eventId);
      list.current?.scrollToIndex(index, { align: box.top < area.top ? "start" : "end" });
    };
    look(FRAMES);
    return () => cancelAnimationFrame(frame);
    // For each turn, not for each message that comes.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [at]);
  useLayoutEffect(() => {
    const was = before.current;
    before.current = items;
    const { activeElement } = document;
    const lost = held.current;
    if (lost === undefined || (activeElement && activeElement !== document.body)) return;
    if (items.some(({ key }) => key === lost)) return;
    const place = was.findIndex(({ key }) => key === lost);
    const there = new Set(items.map(({ key }) => key));
    const stays = (item: TimelineItem): boolean => item.kind === "message" && there.has(item.key);
    const next = was.slice(place + 1).find(stays) ?? was.slice(0, place).findLast(stays);
    if (next) goTo(next.key);
    else scroller.current?.focus();
  }, [items, scroller]);

  const write = (): void =>
    scroller.current
      ?.closest("section, aside")
      ?.querySelector<HTMLElement>(".composer-field")
      ?.focus();
  const step = (event: KeyboardEvent, row: Element | null): void => {
    const area = scroller.current;
    if (!area) return;
    const up = event.key === "ArrowUp";
    const edges = area.getBoundingClientRect();
    const box = row?.getBoundingClientRect();
    // What is longer than the screen is scrolled to its end first.
    if (box && (up ? box.top < edges.top - HARDLY : box.bottom > edges.bottom + HARDLY)) return;
    event.preventDefault();
    const messages = items.filter(({ kind }) => kind === "message");
    const next = row
      ? messages[messages.findIndex(({ key }) => `m-${key}` === row.id) + (up ? -1 : 1)]
      : messages.findLast(({ key }) => isSeen(rowOf(key), edges));
    if (next) goTo(next.key);
    else if (!up) write();
  };
  return {
    current: at?.eventId,
    kept:
      at === undefined ? undefined : items.flatMap(({ key }, i) => (key === at.eventId ? [i] : [])),
    focusOn: (eventId) => setAt({ eventId, scrolls: false }),
    handlers: {
      onFocusIn: ({ target }) => {
        held.current = (target as Element).closest(".bubble-row")?.id.slice(2);
      },
      onFocusOut: ({ relatedTarget }) => {
        // Where something with the focus goes out of the page, it goes nowhere.
        if (relatedTarget !== null) held.current = undefined;
      },
      onKeyDown: (event) => {
        const target = event.target as HTMLElement;
        if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
        if (event.shiftKey || target.closest(OWN_ARROWS)) return;
        const row = target.closest(".bubble-row");
        if (event.key === "ArrowUp" || event.key === "ArrowDown") step(event, row);
        else if (event.key === "Escape" && row && row.getAttribute("data-chosen") === null) {
          event.preventDefault();
          write();
        } else if (event.key === "Enter" && target === row) {
          event.preventDefault();
          row?.querySelector<HTMLElement>(".bubble-tools > *")?.click();
        }
      },
    },
  };
}

const rowOf = (eventId: string): HTMLElement | null => document.getElementById(`m-${eventId}`);

function isSeen(row: HTMLElement | null, area: DOMRect): boolean {
  const box = row?.getBoundingClientRect();
  return box !== undefined && box.top < area.bottom && box.bottom > area.top;
}
