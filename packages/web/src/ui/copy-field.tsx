import "./field.css";
import { Check, Copy } from "lucide";
import { useEffect, useId, useState } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { Button } from "./button.tsx";

/** A value that is there to be copied: a link, an address. */
export function CopyField({ label, value }: { label: string; value: string }) {
  const id = useId();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 3000);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label}
      </label>
      <div class="copy">
        <div class="field-box" dir="ltr">
          <input
            id={id}
            class="field-input"
            readOnly
            value={value}
            onFocus={(event) => event.currentTarget.select()}
          />
        </div>
        <Button
          icon={copied ? Check : Copy}
          onClick={() => void navigator.clipboard.writeText(value).then(() => setCopied(true))}
        >
          <span aria-live="polite">{copied ? t("ui.copied") : t("ui.copy")}</span>
        </Button>
      </div>
    </div>
  );
}
