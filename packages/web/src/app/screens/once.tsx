/** Opens what can be opened once, over the engine. From when it is on the screen it can be opened nowhere any more. */
import type { OnceOpened } from "@baraza/engine";
import { useEffect, useRef, useState } from "preact/hooks";
import { OnceShown as OnceScreen, type OnceSeen } from "../../features/media/once.tsx";
import { toast } from "../../ui/toast.tsx";
import type { EnginePort } from "../engine.ts";
import { failureText } from "../failure.ts";
import type { MessageRow } from "../model.ts";

type Trouble = Extract<OnceSeen, { is: "trouble" }>["trouble"];

const TROUBLES: Readonly<Record<string, Trouble>> = {
  blob_missing: "gone",
  invalid: "gone",
  blob_altered: "altered",
};

/** Shows it until it is closed. */
export function OnceShown({
  engine,
  spaceId,
  message,
  onClose,
}: {
  engine: EnginePort;
  spaceId: string;
  message: MessageRow;
  onClose: () => void;
}) {
  const { eventId } = message;
  const [seen, setSeen] = useState<OnceSeen>();
  const audio = useRef<HTMLAudioElement>(undefined);
  const spent = useRef(false);
  const spend = (): void => {
    if (spent.current) return;
    spent.current = true;
    void engine.call("chat.spendOnce", { spaceId, eventId }).then((result) => {
      if (!result.ok) toast({ text: failureText(result.failure) });
    });
  };
  const broken = (): void =>
    setSeen({ is: "trouble", trouble: spent.current ? "gone" : "unsupported" });
  useEffect(() => {
    let over = false;
    const held: (() => void)[] = [];
    const url = (blob: Blob): string => {
      const made = URL.createObjectURL(blob);
      held.push(() => URL.revokeObjectURL(made));
      return made;
    };
    void engine.call("chat.openOnce", { spaceId, eventId }).then(async (result) => {
      if (over) return;
      if (!result.ok)
        return setSeen({ is: "trouble", trouble: TROUBLES[result.code ?? ""] ?? "offline" });
      const made = await shownOf(result.value);
      if (over) return;
      if ("blob" in made) {
        const address = url(made.blob);
        if (made.is !== "voice")
          return setSeen({ is: made.is, url: address, caption: result.value.caption });
        const player = new Audio(address);
        audio.current = player;
        held.push(() => player.pause());
        listen(player, result.value, setSeen, spend, broken);
      } else setSeen(made);
    });
    return () => {
      over = true;
      for (const each of held) each();
    };
    // Once for each message.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [eventId]);
  return (
    <OnceScreen
      kind={message.media?.once?.kind ?? "picture"}
      authorName={message.authorName}
      seen={seen}
      onShown={spend}
      onBroken={broken}
      onToggle={() => {
        const { current } = audio;
        if (current?.paused === true) void current.play();
        else current?.pause();
      }}
      onSeek={(ms) => {
        if (audio.current) audio.current.currentTime = ms / 1000;
      }}
      onRate={() => {
        const { current } = audio;
        if (current)
          current.playbackRate = current.playbackRate >= 2 ? 1 : current.playbackRate + 0.5;
      }}
      onClose={() => {
        if (seen !== undefined && seen.is !== "trouble") spend();
        onClose();
      }}
    />
  );
}

type Shown =
  | { is: "picture" | "film" | "voice"; blob: Blob }
  | Extract<OnceSeen, { is: "trouble" }>;

/** A picture is decoded where hostile files are; a film and sound by the browser's player, by what they are said to be. */
async function shownOf({ kind, bytes, type }: OnceOpened): Promise<Shown> {
  if (kind !== "picture") {
    const wanted = kind === "film" ? "video/" : "audio/";
    // A voice note of some browsers says that it is a film without pictures.
    const fits = type.startsWith(wanted) || (kind === "voice" && type.startsWith("video/"));
    if (!fits) return { is: "trouble", trouble: "unsupported" };
    return { is: kind, blob: new Blob([bytes], { type }) };
  }
  const { createDecoder } = await import("../../decode/prepare.ts");
  const decoder = createDecoder();
  try {
    const edge = Math.round(Math.max(screen.width, screen.height) * devicePixelRatio);
    const { blob } = await decoder.draw(new Blob([bytes]), Math.min(4096, edge));
    return { is: "picture", blob };
  } catch (error) {
    // By what it carries: its class comes with the decoder's chunk.
    const trouble =
      error instanceof Error && "trouble" in error ? (error.trouble as Trouble) : "unsupported";
    return { is: "trouble", trouble };
  } finally {
    decoder.close();
  }
}

/** A voice note counts as heard from when it plays. */
function listen(
  player: HTMLAudioElement,
  { caption, voice }: OnceOpened,
  show: (seen: OnceSeen) => void,
  spend: () => void,
  broken: () => void,
): void {
  const now = (): void =>
    show({
      is: "voice",
      caption,
      bars: voice?.bars ?? [],
      durationMs: voice?.durationMs ?? 0,
      playing:
        player.ended || (player.paused && player.currentTime === 0)
          ? null
          : {
              atMs: player.currentTime * 1000,
              paused: player.paused,
              rate: player.playbackRate,
            },
    });
  for (const each of ["timeupdate", "play", "pause", "ended", "ratechange"])
    player.addEventListener(each, now);
  player.addEventListener("playing", spend);
  player.addEventListener("error", broken);
  now();
}
