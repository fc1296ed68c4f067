import "./keys-shown.css";
import { t } from "../../i18n/index.ts";

const isApple = (): boolean => /Mac|iPhone|iPad/.test(navigator.userAgent);

/** Keys as they are written on the keyboard; of several ways all. `keys` as in app/keys.ts. */
export function Keys({ keys }: { keys: readonly string[] }) {
  return (
    <span class="keys">
      {keys.map((one, index) => (
        <span key={one} class="keys-way">
          {index > 0 && <span class="keys-or">{t("frame.or")}</span>}
          {one.split(" ").map((stroke, step) => (
            <>
              {step > 0 && <span class="keys-or">{t("frame.then")}</span>}
              {parts(stroke).map((part) => (
                <kbd key={part} dir="ltr">
                  {keyName(part)}
                </kbd>
              ))}
            </>
          ))}
        </span>
      ))}
    </span>
  );
}

function parts(stroke: string): string[] {
  return stroke.split("+").filter((part) => part !== "");
}

function keyName(part: string): string {
  switch (part) {
    case "mod":
      return isApple() ? "⌘" : t("frame.ctrl");
    case "shift":
      return isApple() ? "⇧" : t("frame.shift");
    case "alt":
      return isApple() ? "⌥" : t("frame.alt");
    case "escape":
      return t("frame.escape");
    case "enter":
      return t("frame.enter");
    case "space":
      return t("frame.space");
    case "arrowdown":
      return "↓";
    case "arrowup":
      return "↑";
    default:
      return part.toUpperCase();
  }
}
