import "./avatar.css";
import { signal } from "@preact/signals";
import { hueOf, initialsOf } from "./initials.ts";

/** Pictures that are there, by the id of who or what they show: addresses of this page's own. */
export const pictures = signal<ReadonlyMap<string, string>>(new Map());

/** A person or a space as a coloured disc with initials, or its picture. The name stands beside it, so it is silent for screen readers. */
export function Avatar({
  id,
  name,
  size = "m",
  square = false,
}: {
  id: string;
  name: string;
  size?: "s" | "m" | "l" | "xl";
  square?: boolean;
}) {
  const picture = pictures.value.get(id);
  return (
    <span
      class="avatar"
      data-size={size}
      data-hue={hueOf(id)}
      data-square={square || undefined}
      aria-hidden="true"
    >
      {picture === undefined ? initialsOf(name) : <img src={picture} alt="" />}
    </span>
  );
}
