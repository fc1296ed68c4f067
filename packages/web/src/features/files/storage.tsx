import type { EngineLive } from "@baraza/engine";
import { TriangleAlert } from "lucide";
import { t, formatBytes } from "../../i18n/index.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { SelectField } from "../../ui/field.tsx";
import { Progress } from "../../ui/progress.tsx";

type Standing = EngineLive["files.usage"]["value"]["standing"];

/** From when on people should know: a tenth is left. */
const isNearlyFull = (bytes: number, quota: number): boolean => bytes >= 0.9 * quota;

const GB = 1_000_000_000;
/** How much this device may keep of what is not pinned. */
const rooms = [0, GB / 4, GB, 4 * GB, 16 * GB, 64 * GB] as const;

/** What the space takes at its node, and what this device keeps. */
export function Storage({
  usage,
  kept,
  onRoom,
  onFree,
  onClose,
}: {
  usage: { bytes: number; quota: number | null; standing: Standing } | undefined;
  kept: { bytes: number; pinned: number; room: number } | undefined;
  onRoom: (bytes: number) => void;
  onFree: () => void;
  onClose: () => void;
}) {
  const nearest = rooms.reduce((best, one) =>
    Math.abs(one - (kept?.room ?? 0)) < Math.abs(best - (kept?.room ?? 0)) ? one : best,
  );
  return (
    <Dialog title={t("files.storage")} onClose={onClose}>
      <section class="storage">
        <h3>{t("files.atNode")}</h3>
        {usage === undefined ? (
          <p>{t("ui.moment")}</p>
        ) : usage.quota === null ? (
          <p>{t("files.used", { size: formatBytes(usage.bytes) })}</p>
        ) : (
          <>
            <Progress label={t("files.atNode")} done={usage.bytes} total={usage.quota} />
            <p>
              {t("files.usedOf", {
                size: formatBytes(usage.bytes),
                quota: formatBytes(usage.quota),
              })}
            </p>
          </>
        )}
        {usage !== undefined && usage.quota !== null && isNearlyFull(usage.bytes, usage.quota) && (
          <Banner tone="notice" icon={TriangleAlert}>
            {t("files.nearlyFull")}
          </Banner>
        )}
        {usage !== undefined && usage.standing !== "whole" && (
          <p>{t(`files.standing.${usage.standing}`)}</p>
        )}
        <p class="field-hint">{t("files.paddedHint")}</p>
      </section>
      <section class="storage">
        <h3>{t("files.onDevice")}</h3>
        {kept === undefined ? (
          <p>{t("ui.moment")}</p>
        ) : (
          <>
            <p>
              {t("files.keptHere", {
                size: formatBytes(kept.bytes),
                pinned: formatBytes(kept.pinned),
              })}
            </p>
            <SelectField
              label={t("files.room")}
              hint={t("files.roomHint")}
              value={String(nearest)}
              options={rooms.map((bytes) => ({
                value: String(bytes),
                label: bytes === 0 ? t("files.roomNone") : formatBytes(bytes),
              }))}
              onChange={(value) => onRoom(Number(value))}
            />
            <div>
              <Button disabled={kept.bytes <= kept.pinned} onClick={onFree}>
                {t("files.free")}
              </Button>
            </div>
          </>
        )}
      </section>
    </Dialog>
  );
}
