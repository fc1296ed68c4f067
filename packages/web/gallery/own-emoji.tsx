/** A conversation's own emoji, in the states that a person can see them in. */
import type { OwnEmoji } from "@baraza/engine";
import { OwnEmojiPage } from "../src/features/emoji/manage.tsx";
import type { MessageRow } from "../src/app/model.ts";
import { ownSigns } from "../src/ui/own-sign.tsx";
import { messages, now } from "./samples.ts";

const nothing = (): void => undefined;
const made = (name: string, former: string[] = []): OwnEmoji => ({
  emojiId: name,
  name,
  former,
  pictureId: name,
});
const some = [made("mshikamano"), made("umoja_wa_wakulima", ["umoja"]), made("تضامن")];

/** A drawing for each, as if its picture had come. */
export function drawOwnSigns(): void {
  ownSigns.value = new Map(
    some.map(({ name }, at) => {
      const canvas = document.createElement("canvas");
      canvas.width = 64;
      canvas.height = 64;
      const pen = canvas.getContext("2d");
      if (pen) {
        pen.fillStyle = ["seagreen", "crimson", "goldenrod"][at] ?? "grey";
        pen.beginPath();
        pen.arc(32, 32, 30, 0, 7);
        pen.fill();
        pen.fillStyle = "white";
        pen.fillRect(18 + 4 * at, 28, 28 - 8 * at, 8);
      }
      return [name, { name, url: canvas.toDataURL() }];
    }),
  );
}

const page = (emoji: readonly OwnEmoji[], orders: boolean) => (
  <OwnEmojiPage
    title="Seed bank"
    emoji={emoji}
    orders={orders}
    onChoose={() => Promise.resolve(null)}
    onAdd={() => Promise.resolve("Another one is called that. Choose a different name.")}
    onRename={() => Promise.resolve("Another one is called that. Choose a different name.")}
    onRemove={nothing}
    onBack={nothing}
  />
);
const many = Array.from({ length: 100 }, (_, at) => made(`emoji${at}`));

export const ownEmojiScreens = {
  "own-emoji": page(some, true),
  "own-emoji-member": page(some, false),
  "own-emoji-none": page([], true),
  "own-emoji-full": page(many, true),
};

const line = (author: string, text: string, more: object = {}) => ({
  ...messages.find(({ authorId, notice }) => authorId === author && notice === null)!,
  eventId: `own-${text.slice(0, 8)}`,
  text,
  at: now - 60_000,
  replyTo: null,
  ...more,
});
/** In messages and as reactions; one that was taken away. */
export const withOwnEmoji: MessageRow[] = [
  line("id-layla", "كلنا معًا :تضامن: :mshikamano:", {
    reactions: [
      { emoji: ":mshikamano:", count: 3, mine: true, names: ["Amina", "Bruno", "Layla"] },
      { emoji: "👍", count: 1, mine: false, names: ["Bruno"] },
      { emoji: ":taken_away:", count: 1, mine: false, names: ["Bruno"] },
    ],
  }),
  line("id-amina", "**Asante** :umoja_wa_wakulima: and :nobody: knows, at 10:30:00", {
    reactions: [],
  }),
];
