import "./news.css";
import { ArrowDown, X } from "lucide";
import { t } from "../../i18n/index.ts";
import { Button, IconButton } from "../../ui/button.tsx";

/** Above a conversation, while one goes from one to the next: how many are left, and on to the next. */
export function CatchUp({
  left,
  next,
  onNext,
  onEnd,
}: {
  /** Conversations that wait, without the one that is open. */
  left: number;
  next: string | undefined;
  onNext: () => void;
  onEnd: () => void;
}) {
  return (
    <aside class="catch-up" aria-label={t("order.catchUp")}>
      <p role="status">
        {next === undefined ? t("order.upToDate") : t("order.left", { count: left })}
      </p>
      {next !== undefined && (
        <Button kind="quiet" icon={ArrowDown} onClick={onNext}>
          {t("order.next", { name: next })}
        </Button>
      )}
      <IconButton icon={X} label={t("order.endCatchUp")} tip="below-end" onClick={onEnd} />
    </aside>
  );
}
