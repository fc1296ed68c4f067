/** The own emoji of the conversation that is open: their pictures are fetched once for each that there is, and let go of with it. */
import type { OwnEmoji } from "@baraza/engine";
import { ownSigns, type OwnSign } from "../../ui/own-sign.tsx";
import type { EnginePort } from "../engine.ts";

/** Shows these, as their pictures come. @returns ends it */
export function showOwnSigns(
  engine: EnginePort,
  spaceId: string,
): { show: (emoji: readonly OwnEmoji[]) => void; end: () => void } {
  const urls = new Map<string, string>();
  const asked = new Set<string>();
  let now: readonly OwnEmoji[] = [];
  let over = false;
  let shown: ReadonlyMap<string, OwnSign> | undefined;
  const put = (): void => {
    const signs = new Map<string, OwnSign>();
    const withPicture = now.flatMap((one) => {
      const url = urls.get(one.pictureId);
      return url === undefined ? [] : [{ ...one, url }];
    });
    // What something is called now counts before what another one was called.
    for (const { name, url } of withPicture) signs.set(name, { name, url });
    for (const { name, url, former } of withPicture)
      for (const old of former) if (!signs.has(old)) signs.set(old, { name, url });
    shown = signs;
    ownSigns.value = signs;
  };
  const fetchOne = async (pictureId: string): Promise<void> => {
    const result = await engine.call("chat.emojiPicture", { spaceId, pictureId });
    if (over || !result.ok || result.value === null) return;
    const { bytes, type } = result.value;
    urls.set(pictureId, URL.createObjectURL(new Blob([bytes], { type })));
  };
  return {
    show(emoji) {
      now = emoji;
      const wanted = emoji.map(({ pictureId }) => pictureId).filter((id) => !asked.has(id));
      for (const id of wanted) asked.add(id);
      // One change of the screen for all that came together.
      void Promise.all(wanted.map(fetchOne)).then(() => !over && put());
    },
    end() {
      over = true;
      for (const url of urls.values()) URL.revokeObjectURL(url);
      // Another conversation may be open by now.
      if (ownSigns.peek() === shown) ownSigns.value = new Map();
    },
  };
}
