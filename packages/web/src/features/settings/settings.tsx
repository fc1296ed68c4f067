import "./settings.css";
import {
  Globe,
  HardDriveDownload,
  LogOut,
  Monitor,
  MonitorSmartphone,
  Moon,
  ScanQrCode,
  Sun,
} from "lucide";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Account, SignOutLoss, StorageUse, Theme } from "../../app/model.ts";
import { formatBytes, isLanguage, type Language, languages, t, tParts } from "../../i18n/index.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Button } from "../../ui/button.tsx";
import { Segmented } from "../../ui/choice.tsx";
import { CopyField } from "../../ui/copy-field.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Form, SelectField, TextField } from "../../ui/field.tsx";
import { Group } from "./group.tsx";

export interface SettingsProps {
  /** Picture codes, and looking somebody up. */
  meetHref: string;
  account: Account;
  /** Absent where a device has no name that could be changed. */
  device?: { name: string; onName: (name: string) => void };
  language: Language;
  theme: Theme;
  storage: StorageUse | undefined;
  loss: SignOutLoss;
  devicesHref: string;
  /** How one gets into the account. */
  ways?: ComponentChildren;
  /** Whether one is told what is new. */
  notifications?: ComponentChildren;
  /** Whom one has blocked. */
  blocks?: ComponentChildren;
  /** How the app reads, moves and spends. */
  comfort?: ComponentChildren;
  /** The lock on this device. */
  lock?: ComponentChildren;
  safetyHref: string;
  /** One's node, and where the page about it is. */
  node: { name: string; href: string };
  dataHref: string;
  /** Where conversations are brought in from other services. */
  bringHref: string;
  onName: (name: string) => void;
  onLanguage: (language: Language) => void;
  onTheme: (theme: Theme) => void;
  onKeepStorage: () => void;
  onSignOut: () => void;
}

/** Who one is to others, how the app looks, what this device holds, and the way out. */
export function Settings(props: SettingsProps) {
  const { account, storage } = props;
  const [leaving, setLeaving] = useState(false);
  return (
    <section class="settings" aria-labelledby="settings-title">
      <header class="pane-head">
        <h1 class="pane-title" id="settings-title" tabIndex={-1}>
          {t("settings.title")}
        </h1>
      </header>
      <div class="pane-body">
        <div class="settings-column">
          <Group title={t("settings.profile")}>
            <div class="settings-person">
              <Avatar id={account.identityId} name={account.name} size="l" />
              <div class="settings-grow">
                <SavedField
                  label={t("signUp.name")}
                  hint={t("settings.nameHint")}
                  value={account.name}
                  onSave={props.onName}
                />
              </div>
            </div>
            <CopyField label={t("settings.address")} value={account.address} />
            <a class="button" data-kind="secondary" href={props.meetHref}>
              <Icon of={ScanQrCode} />
              <span class="button-words">{t("check.meet")}</span>
            </a>
            <p class="field-hint">{t("check.meetHint")}</p>
          </Group>
          {props.notifications}
          {props.blocks}
          {props.ways}
          {props.lock}
          <Group title={t("settings.look")}>
            <SelectField
              icon={Globe}
              label={t("settings.language")}
              value={props.language}
              options={languages.map(({ code, name }) => ({
                value: code,
                label: name,
                lang: code,
              }))}
              onChange={(language) => isLanguage(language) && props.onLanguage(language)}
            />
            <Segmented
              label={t("settings.theme")}
              value={props.theme}
              onChange={props.onTheme}
              options={[
                { value: "system", label: t("settings.themeSystem"), icon: Monitor },
                { value: "light", label: t("settings.themeLight"), icon: Sun },
                { value: "dark", label: t("settings.themeDark"), icon: Moon },
              ]}
            />
          </Group>
          {props.comfort}
          <Group title={t("settings.safety")}>
            <p class="field-hint">{t("settings.safetyHint")}</p>
            <div>
              <a class="button" data-kind="secondary" href={props.safetyHref}>
                {t("settings.safetyAction")}
              </a>
            </div>
          </Group>
          <Group title={t("settings.device")}>
            {props.device && (
              <SavedField
                label={t("settings.deviceName")}
                hint={t("settings.deviceNameHint")}
                value={props.device.name}
                onSave={props.device.onName}
              />
            )}
            {storage && (
              <div class="settings-storage">
                <p>
                  {t("settings.storage", {
                    used: formatBytes(storage.usedBytes),
                    available: formatBytes(storage.availableBytes),
                  })}
                </p>
                {storage.kept ? (
                  <p class="field-hint">{t("settings.storageKept")}</p>
                ) : (
                  <>
                    <p class="field-hint">{t("settings.storageLoose")}</p>
                    <Button icon={HardDriveDownload} onClick={props.onKeepStorage}>
                      {t("settings.storageKeep")}
                    </Button>
                  </>
                )}
              </div>
            )}
            <a class="settings-link" href={props.devicesHref}>
              <Icon of={MonitorSmartphone} />
              <span>{t("settings.devices")}</span>
            </a>
          </Group>
          <Group title={t("node.title")}>
            <p class="field-hint">
              {tParts(account.role === "administrator" ? "node.lead" : "node.leadMember", {
                node: <bdi>{props.node.name}</bdi>,
              })}
            </p>
            <div>
              <a class="button" data-kind="secondary" href={props.node.href}>
                {t("node.open")}
              </a>
            </div>
          </Group>
          <Group title={t("settings.data")}>
            <p class="field-hint">{t("settings.dataHint")}</p>
            <div>
              <a class="button" data-kind="secondary" href={props.dataHref}>
                {t("settings.dataAction")}
              </a>
            </div>
          </Group>
          <Group title={t("settings.bring")}>
            <p class="field-hint">{t("settings.bringHint")}</p>
            <div>
              <a class="button" data-kind="secondary" href={props.bringHref}>
                {t("settings.bringAction")}
              </a>
            </div>
          </Group>
          <Group title={t("settings.signOut")}>
            <p class="field-hint">{t("settings.signOutHint")}</p>
            <div>
              <Button icon={LogOut} mirrorIcon onClick={() => setLeaving(true)}>
                {t("settings.signOut")}
              </Button>
            </div>
          </Group>
        </div>
      </div>
      {leaving && (
        <SignOutDialog
          loss={props.loss}
          onSignOut={props.onSignOut}
          onClose={() => setLeaving(false)}
        />
      )}
    </section>
  );
}

/** A value with its own save button, which appears once it differs. */
function SavedField({
  label,
  hint,
  value,
  onSave,
}: {
  label: string;
  hint: string;
  value: string;
  onSave: (value: string) => void;
}) {
  const [typed, setTyped] = useState<string>();
  const changed = typed !== undefined && typed.trim() !== value && typed.trim() !== "";
  return (
    <Form
      onSubmit={() => {
        if (changed) onSave(typed.trim());
        setTyped(undefined);
      }}
    >
      <TextField label={label} hint={hint} value={typed ?? value} onInput={setTyped} maxLength={64}>
        {changed && (
          <div class="settings-save">
            <Button kind="primary" type="submit">
              {t("ui.save")}
            </Button>
            <Button onClick={() => setTyped(undefined)}>{t("ui.cancel")}</Button>
          </div>
        )}
      </TextField>
    </Form>
  );
}

function SignOutDialog({
  loss,
  onSignOut,
  onClose,
}: {
  loss: SignOutLoss;
  onSignOut: () => void;
  onClose: () => void;
}) {
  return (
    <Dialog
      title={t("settings.signOutTitle")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("settings.stay")}</Button>
          <Button kind="danger" onClick={onSignOut}>
            {t("settings.signOut")}
          </Button>
        </>
      }
    >
      <p>{t("settings.signOutWhat")}</p>
      <p>{t("settings.lossLastDevice")}</p>
      {loss.waiting > 0 && (
        <p class="settings-loss">{t("settings.lossWaiting", { count: loss.waiting })}</p>
      )}
    </Dialog>
  );
}
