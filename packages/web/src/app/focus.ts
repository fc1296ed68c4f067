/**
 * Puts the focus on the heading of what is on screen: the page that one went into, else the list.
 * What has been led to keeps it. Answers false while neither is there, or a dialog is in front.
 */
export function focusHeading(): boolean {
  // What is behind a dialog cannot have it: it has to wait until that has gone.
  if (document.querySelector("dialog:modal") !== null) return false;
  // It was led to a message.
  if (document.activeElement?.matches("#main .bubble-row") === true) return true;
  const shown = [...document.querySelectorAll<HTMLElement>("#main h1, .pane-list h1")].filter(
    (heading) => heading.checkVisibility(),
  );
  const inPage = shown.find((one) => one.closest("#main"));
  // The list beside it is not where one went.
  const comes = document.querySelector(".shell[data-open]:not(:has(#main .empty))");
  if (inPage === undefined && comes !== null) return false;
  const heading = inPage ?? shown[0];
  heading?.focus({ preventScroll: true });
  return heading !== undefined;
}
