import { useEffect, useState } from "preact/hooks";
import { t } from "../../i18n/index.ts";

/** Milliseconds left of a waiting that was `waitMs` long when `since` was new; by a clock that only runs forward. */
export function useWait(waitMs: number, since: unknown): number {
  const [left, setLeft] = useState(waitMs);
  useEffect(() => {
    const end = performance.now() + waitMs;
    const look = (): void => setLeft(Math.max(0, end - performance.now()));
    look();
    if (waitMs === 0) return;
    const timer = setInterval(look, 500);
    return () => clearInterval(timer);
  }, [waitMs, since]);
  return left;
}

/** "You can try again in 40 seconds." The seconds are for the eye; a voice hears the minutes, and nothing while they are the same. */
export function Wait({ leftMs }: { leftMs: number }) {
  const seconds = Math.ceil(leftMs / 1000);
  const minutes = Math.ceil(seconds / 60);
  const inMinutes = t("lock.waitMinutes", { count: minutes });
  return (
    <div class="lock-wait">
      <p aria-hidden="true">
        {seconds > 90 ? inMinutes : t("lock.waitSeconds", { count: seconds })}
      </p>
      <p class="visually-hidden" role="status">
        {inMinutes}
      </p>
      <p class="field-hint">{t("lock.waitHint")}</p>
    </div>
  );
}
