import "./devices.css";
import type { OwnDevice } from "@baraza/engine";
import { ArrowLeft, MonitorSmartphone, Pencil, Plus, Trash2 } from "lucide";
import { useState } from "preact/hooks";
import { dayNumber, formatDayWithin } from "../../i18n/dates.ts";
import { t } from "../../i18n/index.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Form, TextField } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Badge, List, ListItem } from "../../ui/list.tsx";
import { Progress, Skeleton } from "../../ui/progress.tsx";

export interface DeviceListProps {
  /** Undefined until the first answer. */
  devices: readonly OwnDevice[] | undefined;
  now: number;
  addHref: string;
  onBack: () => void;
  onRename: (deviceId: string, name: string) => void;
  onRemove: (deviceId: string) => void;
}

/** One's devices: which there are, what they are called, and the way to cut one off. */
export function DeviceList(props: DeviceListProps) {
  const [renaming, setRenaming] = useState<OwnDevice>();
  const [removing, setRemoving] = useState<OwnDevice>();
  return (
    <section class="settings" aria-labelledby="devices-title">
      <header class="pane-head">
        <IconButton icon={ArrowLeft} mirror label={t("ui.back")} onClick={props.onBack} />
        <h1 class="pane-title" id="devices-title" tabIndex={-1}>
          {t("devices.title")}
        </h1>
      </header>
      <div class="pane-body">
        <div class="devices-column">
          <p class="field-hint">{t("devices.lead")}</p>
          {props.devices === undefined ? (
            <Skeleton label={t("ui.moment")} rows={2} />
          ) : (
            <List label={t("devices.list")}>
              {props.devices.map((device) => (
                <Device
                  key={device.deviceId}
                  device={device}
                  now={props.now}
                  onRename={() => setRenaming(device)}
                  onRemove={() => setRemoving(device)}
                />
              ))}
            </List>
          )}
          <div>
            <a class="button" data-kind="primary" href={props.addHref}>
              <Icon of={Plus} />
              <span class="button-words">{t("devices.add")}</span>
            </a>
          </div>
          <p class="field-hint">{t("devices.signOutInstead")}</p>
        </div>
      </div>
      {renaming && (
        <Rename
          device={renaming}
          onClose={() => setRenaming(undefined)}
          onSave={(name) => {
            setRenaming(undefined);
            props.onRename(renaming.deviceId, name);
          }}
        />
      )}
      {removing && (
        <Dialog
          title={t("devices.removeTitle", { name: nameOf(removing) })}
          onClose={() => setRemoving(undefined)}
          actions={
            <>
              <Button onClick={() => setRemoving(undefined)}>{t("ui.cancel")}</Button>
              <Button
                kind="danger"
                onClick={() => {
                  setRemoving(undefined);
                  props.onRemove(removing.deviceId);
                }}
              >
                {t("devices.remove")}
              </Button>
            </>
          }
        >
          <p>{t("devices.removeWhat")}</p>
          <p>{t("devices.removeKeeps")}</p>
          <p>{t("devices.removePassphrase")}</p>
        </Dialog>
      )}
    </section>
  );
}

function Device(props: {
  device: OwnDevice;
  now: number;
  onRename: () => void;
  onRemove: () => void;
}) {
  const { device, now } = props;
  return (
    <ListItem
      start={
        <span class="devices-icon">
          <Icon of={MonitorSmartphone} />
        </span>
      }
      title={nameOf(device)}
      wrap
      detail={<Detail device={device} now={now} />}
      mark={device.here && <Badge tone="plain">{t("devices.here")}</Badge>}
      end={
        <>
          <IconButton
            icon={Pencil}
            label={`${t("devices.rename")}: ${nameOf(device)}`}
            tip="below-end"
            onClick={props.onRename}
          />
          {!device.here && device.removing === null && (
            <IconButton
              icon={Trash2}
              label={`${t("devices.remove")}: ${nameOf(device)}`}
              tip="below-end"
              onClick={props.onRemove}
            />
          )}
        </>
      }
    />
  );
}

function Detail({ device, now }: { device: OwnDevice; now: number }) {
  const { removing } = device;
  if (removing !== null) {
    const words = removing.told
      ? t("devices.removingLeft", { count: removing.left })
      : t("devices.removing");
    return (
      <span role="status">
        {words}
        {removing.total > 0 && (
          <Progress label={words} done={removing.total - removing.left} total={removing.total} />
        )}
      </span>
    );
  }
  const used =
    device.usedDay === null
      ? t("devices.neverUsed")
      : formatDayWithin(middayOf(device.usedDay), now);
  return <>{t("devices.detail", { added: formatDayWithin(device.addedAt, now), used })}</>;
}

/** A day is known by its number only; its middle falls on that day nearly everywhere. */
function middayOf(day: number): number {
  const at = day * 86_400_000 + 43_200_000;
  return dayNumber(at) === day ? at : day * 86_400_000;
}

function nameOf(device: OwnDevice): string {
  return device.name || t("devices.unnamed");
}

function Rename(props: { device: OwnDevice; onClose: () => void; onSave: (name: string) => void }) {
  const [name, setName] = useState(props.device.name);
  const save = () => {
    if (name.trim() !== "") props.onSave(name.trim());
  };
  return (
    <Dialog
      title={t("devices.renameTitle")}
      onClose={props.onClose}
      actions={
        <>
          <Button onClick={props.onClose}>{t("ui.cancel")}</Button>
          <Button kind="primary" onClick={save}>
            {t("ui.save")}
          </Button>
        </>
      }
    >
      <Form onSubmit={save}>
        <TextField
          label={t("devices.name")}
          hint={t("devices.nameHint")}
          value={name}
          onInput={setName}
          maxLength={60}
        />
      </Form>
    </Dialog>
  );
}
