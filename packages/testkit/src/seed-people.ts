/** Six people of the demo and of screenshots: who they are, where their accounts are, how they sign in. */
import { seeded } from "./seeded.ts";

export type SeedLanguage = "en" | "fr" | "es" | "ar";
export type SeedPerson = {
  /** The account's name. */
  name: string;
  displayName: string;
  /** The index of their node. */
  node: 0 | 1;
  language: SeedLanguage;
  passphrase: string;
};

const PEOPLE: readonly Omit<SeedPerson, "passphrase">[] = [
  { name: "amina", displayName: "Amina Wanjiru", node: 0, language: "en" },
  { name: "bruno", displayName: "Bruno Delgado", node: 1, language: "es" },
  { name: "claire", displayName: "Claire Ngo Bayiha", node: 0, language: "fr" },
  { name: "dalal", displayName: "دلال حداد", node: 1, language: "ar" },
  { name: "elena", displayName: "Elena Quispe", node: 0, language: "es" },
  { name: "farid", displayName: "Farid Benali", node: 1, language: "fr" },
];

const WORDS: Record<SeedLanguage, readonly string[]> = {
  en: ["mango", "harvest", "river", "lantern", "market", "drum", "millet", "acacia"],
  fr: ["marché", "pirogue", "tambour", "soleil", "manioc", "fenêtre", "chanson", "olivier"],
  es: ["quinua", "montaña", "mercado", "guitarra", "ventana", "maíz", "camino", "farol"],
  ar: ["زيتون", "نافذة", "قمر", "ياسمين", "مركب", "فانوس", "رمان", "جبل"],
};

/** The same seed gives the same people with the same passphrases. */
export function seedPeople(seed: number): SeedPerson[] {
  const random = seeded(seed);
  return PEOPLE.map((person) => ({
    ...person,
    passphrase: random.shuffle(WORDS[person.language]).slice(0, 4).join(" "),
  }));
}
