import {
  Bold,
  Code,
  Italic,
  Link,
  List,
  ListOrdered,
  SquareCode,
  Strikethrough,
  TextQuote,
} from "lucide";
import { t } from "../i18n/index.ts";
import { IconButton } from "./button.tsx";
import type { Format } from "./formatting.ts";
import { moveFocus } from "./keyboard.ts";

const BUTTONS = [
  ["strong", Bold, "Ctrl+B"],
  ["em", Italic, "Ctrl+I"],
  ["strike", Strikethrough, "Ctrl+Shift+X"],
  ["code", Code, "Ctrl+E"],
  ["link", Link, "Ctrl+Shift+U"],
  ["list", List, "Ctrl+Shift+8"],
  ["numbers", ListOrdered, "Ctrl+Shift+7"],
  ["quote", TextQuote, "Ctrl+Shift+9"],
  ["block", SquareCode, "Ctrl+Shift+C"],
] as const;

/** Buttons for what the keys do too. */
export function FormatBar({ onFormat }: { onFormat: (format: Format) => void }) {
  return (
    // oxlint-disable-next-line jsx-a11y/interactive-supports-focus -- its buttons have the focus
    <div
      class="composer-bar"
      role="toolbar"
      aria-label={t("talk.format")}
      onKeyDown={(event) => void moveFocus(event, "button", "inline")}
    >
      {BUTTONS.map(([format, icon, keys]) => (
        <IconButton
          key={format}
          icon={icon}
          tip="above"
          label={t("talk.formatKeys", { name: t(`talk.format.${format}`), shortcut: keys })}
          onClick={() => onFormat(format)}
        />
      ))}
    </div>
  );
}
