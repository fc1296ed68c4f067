import "./pins.css";
import { Pin as PinIcon, PinOff } from "lucide";
import { useState } from "preact/hooks";
import { t } from "../../i18n/index.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Icon } from "../../ui/icon.tsx";
import { List, ListItem } from "../../ui/list.tsx";

export interface Pinned {
  eventId: string;
  thread: string | null;
  authorName: string;
  text: string;
  pinnedBy: string;
}

export interface PinsProps {
  pins: readonly Pinned[];
  leads: boolean;
  onGo: (pin: Pinned) => void;
  onUnpin: (eventId: string) => void;
}

/** Above a conversation: the message that was pinned last, and the way to all of them. */
export function PinsBar({ pins, leads, onGo, onUnpin }: PinsProps) {
  const [all, setAll] = useState(false);
  const newest = pins[0];
  if (newest === undefined) return null;
  return (
    <aside class="pins" aria-label={t("deep.pins")}>
      <button type="button" class="pins-newest" onClick={() => onGo(newest)}>
        <Icon of={PinIcon} />
        <span class="pins-words" dir="auto">
          <strong>{newest.authorName}</strong> {newest.text}
        </span>
      </button>
      {(pins.length > 1 || leads) && (
        <Button kind="quiet" onClick={() => setAll(true)}>
          {t("deep.pinsAll", { count: pins.length })}
        </Button>
      )}
      {all && (
        <Dialog title={t("deep.pins")} onClose={() => setAll(false)}>
          <List label={t("deep.pins")}>
            {pins.map((pin) => (
              <ListItem
                key={pin.eventId}
                wrap
                title={pin.authorName}
                detail={
                  <>
                    {pin.text} <small>({t("deep.pinnedBy", { name: pin.pinnedBy })})</small>
                  </>
                }
                onClick={() => {
                  setAll(false);
                  onGo(pin);
                }}
                end={
                  leads && (
                    <IconButton
                      icon={PinOff}
                      label={t("talk.unpin")}
                      tip="below-end"
                      onClick={() => onUnpin(pin.eventId)}
                    />
                  )
                }
              />
            ))}
          </List>
        </Dialog>
      )}
    </aside>
  );
}
