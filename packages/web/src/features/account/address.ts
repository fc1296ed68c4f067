/** The part of an address before the `@`: 2 to 32 of a-z, 0-9, `.`, `-`, `_`, starting with a letter or digit. */
export const NAME_PATTERN = /^[a-z0-9][a-z0-9._-]{1,31}$/;

/** A name for an address out of a person's name; empty where the script has no obvious Latin form. */
export function suggestName(shown: string): string {
  const latin = shown
    .normalize("NFD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replace(/ß/g, "ss")
    .replace(/[øœ]/g, "o")
    .replace(/æ/g, "ae")
    .replace(/ł/g, "l");
  if (/[^\p{Script=Latin}\p{Script=Common}]/u.test(latin)) return "";
  const words = latin.split(/[^a-z0-9]+/).filter(Boolean);
  const name = words.slice(0, 2).join(".").slice(0, 32);
  return NAME_PATTERN.test(name) ? name : "";
}

/** `name@node` taken apart, or undefined if it is not an address. A bare name belongs to `node`. */
export function parseAddress(
  typed: string,
  node: string,
): { name: string; node: string } | undefined {
  const [name = "", host = node, ...rest] = typed.trim().toLowerCase().split("@");
  if (rest.length > 0 || !NAME_PATTERN.test(name)) return undefined;
  return /^[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?$/.test(host) ? { name, node: host } : undefined;
}
