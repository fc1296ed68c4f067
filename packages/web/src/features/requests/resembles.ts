import { oddNames, tameName } from "@baraza/engine/safe-text";

type Named = { identityId: string; name: string };

/** The name of somebody one knows for whom another person may be taken, by being called the same or by looking the same; null: nobody. */
export function resembles(one: Named, known: readonly Named[]): string | null {
  const odd = oddNames([one.name]).has(one.name);
  const found = known.find(
    (other) =>
      other.identityId !== one.identityId &&
      (plain(other.name) === plain(one.name) ||
        // One that mixes alphabets is odd by itself, and says nothing of another.
        (!odd && oddNames([one.name, other.name]).has(one.name))),
  );
  return found?.name ?? null;
}

const plain = (name: string): string => tameName(name).normalize("NFKC").trim().toLowerCase();
