/**
 * Puts the focus on the heading of what is on screen: the page that one went into, else the list.
 * What has been led to keeps it. Answers false while neither is there.
 */
export function focusHeading(): boolean {
  // It was led to a message.
  if (document.activeElement?.matches("#main .bubble-row") === true) return true;
  const shown = [...document.querySelectorAll<HTMLElement>("#main h1, .pane-list h1")].filter(
    (heading) => heading.checkVisibility(),
  );
  const heading = shown.find((one) => one.closest("#main")) ?? shown[0];
  heading?.focus({ preventScroll: true });
  return heading !== undefined;
}
