/** Remembers what was seen for a while, so that nothing is taken twice: nonces of pushes, encapsulations of the gateway. */
import { ProtocolError } from "@baraza/protocol";

export type Once = {
  /** True the first time within `keepMs`. @throws ProtocolError `busy` when `max` are remembered already. */
  take: (name: string) => boolean;
  size: () => number;
};

/** Two halves take turns: what is in the older one is forgotten between `keepMs` and twice that after it came. */
export function createOnce({
  keepMs,
  max,
  now,
}: {
  keepMs: number;
  max: number;
  now: () => number;
}): Once {
  let young = new Set<string>();
  let old = new Set<string>();
  let turned = now();
  return {
    take: (name) => {
      const at = now();
      if (at - turned >= 2 * keepMs) old = new Set();
      else if (at - turned >= keepMs) old = young;
      if (at - turned >= keepMs) {
        young = new Set();
        turned = at;
      }
      if (young.has(name) || old.has(name)) return false;
      if (young.size + old.size >= max) throw new ProtocolError("busy");
      young.add(name);
      return true;
    },
    size: () => young.size + old.size,
  };
}
