/** Lists of people's names, as sentences hold them. */
import { currentTag, formatNumber } from "./index.ts";

/** "Amina, Bruno, +3": names in the script of whoever has them, and how many more there are. */
export function formatNames(names: readonly string[], more = 0): string {
  const parts = names.map((name) => `\u2068${name}\u2069`);
  if (more > 0) parts.push(`+${formatNumber(more)}`);
  return new Intl.ListFormat(currentTag(), { type: "unit", style: "short" }).format(parts);
}
