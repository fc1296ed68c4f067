import "./media-room.css";
import type { ComponentChildren } from "preact";
import type { MessageMedia } from "../../app/model.ts";
import { isVisual, roomFor } from "./media-size.ts";

/**
 * Keeps the room that a message's media take, before they (and what draws them) are there, so that nothing jumps when they come.
 */
export function MediaRoom({
  media,
  outgoing,
  children,
}: {
  media: MessageMedia;
  outgoing: boolean;
  children: ComponentChildren;
}) {
  const { files, voice, place, contact, once, link } = media;
  const room = roomFor(files);
  const rows = files.filter(({ type }) => !isVisual(type)).length;
  const others =
    voice !== null || once !== undefined
      ? 1
      : rows + Number(place !== null) + Number(contact !== null) + Number(link !== undefined);
  return (
    <div
      class="media-room"
      data-visual={room !== null || undefined}
      style={{
        "--media-aspect": room === null ? undefined : String(room),
        "--media-rows": String(others + Number(outgoing)),
      }}
    >
      {children}
    </div>
  );
}
