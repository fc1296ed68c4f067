/** Two numbers with something between them, the first of which is in degrees north. */
const PAIR = /(-?\d{1,3}(?:\.\d+)?)\s*(?:[,;/ ]|%2C)\s*(-?\d{1,3}(?:\.\d+)?)/i;
/** Where links of maps, and `geo:` addresses (RFC 5870), have them. */
const BEFORE = /(?:geo:|@|[?&](?:q|ll|query|center|daddr)=|[?&]mlat=|#map=[\d.]+\/)(?=-?\d)/;

/** The place that a text names: two numbers, a `geo:` address, or a link that a map gives to copy. Null: none. */
export function placeIn(text: string): { latitude: number; longitude: number } | null {
  const at = BEFORE.exec(text);
  const link = /^\s*(?:https?|geo):/i.test(text);
  // Numbers that stand elsewhere in a link mean something else.
  if (link && at === null) return null;
  const rest = (at === null ? text : text.slice(at.index + at[0].length)).replace("&mlon=", ",");
  const found = PAIR.exec(rest);
  if (found === null) return null;
  const [latitude, longitude] = [Number(found[1]), Number(found[2])];
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : null;
}
