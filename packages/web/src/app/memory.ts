/** Small things that a browser remembers between visits, before the engine runs. Nothing about people or content. */

/** What this browser remembers under a name. Storage throws where a browser forbids it; then nothing outlasts the page. */
export function recall(name: string): string | undefined {
  try {
    return localStorage.getItem(`baraza.${name}`) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Remembers a value, or forgets it. */
export function remember(name: string, value: string | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(`baraza.${name}`);
    else localStorage.setItem(`baraza.${name}`, value);
  } catch {
    // See above.
  }
}
