import "./avatar.css";
import { hueOf, initialsOf } from "./initials.ts";

/** A person or a space as a coloured disc with initials. The name stands beside it, so it is silent for screen readers. */
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
  return (
    <span
      class="avatar"
      data-size={size}
      data-hue={hueOf(id)}
      data-square={square || undefined}
      aria-hidden="true"
    >
      {initialsOf(name)}
    </span>
  );
}
