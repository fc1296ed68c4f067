import { Delete } from "lucide";
import { formatNumber, t } from "../../i18n/index.ts";
import { Icon } from "../../ui/icon.tsx";

const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "", "0", "delete"] as const;

/** Digits to tap. The field above it takes the keyboard, so nobody has to use this. */
export function PinPad(props: {
  disabled: boolean;
  onDigit: (digit: string) => void;
  onDelete: () => void;
}) {
  return (
    // Laid out from left to right in every language, as on telephones.
    <div class="pin-pad" dir="ltr" role="group" aria-label={t("lock.pad")}>
      {DIGITS.map((digit) => {
        if (digit === "") return <span key="gap" />;
        if (digit === "delete")
          return (
            <button
              key={digit}
              type="button"
              class="pin-digit"
              data-quiet
              disabled={props.disabled}
              aria-label={t("lock.delete")}
              onClick={props.onDelete}
            >
              <Icon of={Delete} />
            </button>
          );
        return (
          <button
            key={digit}
            type="button"
            class="pin-digit"
            disabled={props.disabled}
            onClick={() => props.onDigit(digit)}
          >
            {formatNumber(Number(digit))}
          </button>
        );
      })}
    </div>
  );
}
