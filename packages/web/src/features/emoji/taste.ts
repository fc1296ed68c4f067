/** Which emoji one uses, on this device alone: each use counts, and fades with those after it. */

/** So many are remembered. */
const MOST = 32;
/** What is left of a use after one more of another. */
const FADE = 0.94;

/** Puts one more use down. `taste` as remembered, empty at first. */
export function used(taste: string, emoji: string): string {
  const before = read(taste);
  const kept = before
    .filter(([one]) => one !== emoji)
    .map(([one, weight]) => [one, round(weight * FADE)] as const);
  const own = before.find(([one]) => one === emoji)?.[1] ?? 0;
  return JSON.stringify(
    [[emoji, round(own * FADE + 1)] as const, ...kept]
      .toSorted((a, b) => b[1] - a[1])
      .slice(0, MOST),
  );
}

/** Those used most and last, first. */
export function mostUsed(taste: string): string[] {
  return read(taste).map(([emoji]) => emoji);
}

const round = (weight: number): number => Math.round(weight * 1000) / 1000;

function read(taste: string): (readonly [string, number])[] {
  try {
    const value: unknown = JSON.parse(taste);
    if (!Array.isArray(value)) return [];
    return value.flatMap((one: unknown) => {
      if (!Array.isArray(one)) return [];
      const [emoji, weight] = one as unknown[];
      return typeof emoji === "string" && typeof weight === "number" && emoji.length < 40
        ? [[emoji, weight] as const]
        : [];
    });
  } catch {
    return [];
  }
}
