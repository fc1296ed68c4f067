import "./meter.css";
import { t } from "../../i18n/index.ts";
import { strengthOf, type Verdict } from "./strength.ts";

const level: Record<Verdict, number> = {
  empty: 0,
  veryWeak: 1,
  weak: 2,
  fair: 3,
  good: 4,
  strong: 5,
};

/** How well a passphrase would hold, while it is typed. It warns and never refuses. */
export function StrengthMeter({ passphrase, own }: { passphrase: string; own: readonly string[] }) {
  const { verdict } = strengthOf(passphrase, own);
  if (verdict === "empty") return null;
  return (
    <div class="meter" data-level={level[verdict]}>
      <div class="meter-bars" aria-hidden="true">
        {[1, 2, 3, 4, 5].map((bar) => (
          <span key={bar} data-on={bar <= level[verdict] || undefined} />
        ))}
      </div>
      <p class="meter-words" aria-live="polite">
        {t(`strength.${verdict}`)}
      </p>
    </div>
  );
}
