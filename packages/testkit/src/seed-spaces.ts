/** The spaces of the six people, and who is in which. */

export type SeedSpace = {
  key: "seeds" | "home" | "circle" | "rights" | "campaign" | "visit";
  title: string;
  kind: "group" | "pair";
  history: "none" | "all";
  /** Account names; the first makes the space and invites the others. */
  people: readonly string[];
};

const SPACES: readonly SeedSpace[] = [
  {
    key: "seeds",
    title: "Seed keepers · Guardianas de semillas",
    kind: "group",
    history: "all",
    people: ["amina", "elena", "claire", "bruno"],
  },
  {
    key: "home",
    title: "Trabajadoras del hogar: coordinación",
    kind: "group",
    history: "all",
    people: ["bruno", "elena", "farid"],
  },
  {
    key: "circle",
    title: "Cercle des femmes du marché",
    kind: "group",
    history: "none",
    people: ["claire", "amina", "farid"],
  },
  {
    key: "rights",
    title: "الحقوق الرقمية للجميع",
    kind: "group",
    history: "all",
    people: ["dalal", "farid", "amina"],
  },
  {
    key: "campaign",
    title: "Joint statement: our data, our harvest",
    kind: "group",
    history: "all",
    people: ["amina", "bruno", "claire", "dalal", "elena", "farid"],
  },
  {
    key: "visit",
    title: "Amina & Elena",
    kind: "pair",
    history: "all",
    people: ["elena", "amina"],
  },
];

/** The spaces, each with at least its maker and a guest. Seeds change nothing in it yet: the cast is fixed. */
export function seedSpaces(): SeedSpace[] {
  return SPACES.map((space) => ({ ...space }));
}
