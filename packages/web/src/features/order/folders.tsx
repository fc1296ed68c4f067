import "./order.css";
import { FolderPlus, Trash2 } from "lucide";
import { useState } from "preact/hooks";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Switch } from "../../ui/choice.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Form, TextField } from "../../ui/field.tsx";

export interface FolderChoice {
  folderId: string;
  name: string;
  /** All of the conversations are in it. */
  on: boolean;
}

/** In which folders the chosen conversations are. */
export function FolderDialog({
  folders,
  onFile,
  onNew,
  onClose,
}: {
  folders: readonly FolderChoice[];
  onFile: (folderId: string, on: boolean) => void;
  /** A new folder, with the conversations in it. */
  onNew: (name: string) => void;
  onClose: () => void;
}) {
  const [name, setName] = useState("");
  const make = (): void => {
    if (name.trim() === "") return;
    onNew(name.trim());
    setName("");
  };
  return (
    <Dialog
      title={t("order.folder")}
      onClose={onClose}
      actions={
        <Button kind="primary" onClick={onClose}>
          {t("order.done")}
        </Button>
      }
    >
      <div class="order-folders">
        <p>{t("order.foldersHint")}</p>
        {folders.map(({ folderId, name: label, on }) => (
          <Switch
            key={folderId}
            label={<bdi>{label}</bdi>}
            checked={on}
            onChange={(next) => onFile(folderId, next)}
          />
        ))}
        <Form onSubmit={make}>
          <div class="order-new-folder">
            <TextField
              label={t("order.newFolder")}
              value={name}
              onInput={setName}
              maxLength={60}
              placeholder={t("order.newFolderExample")}
            />
            <Button icon={FolderPlus} onClick={make}>
              {t("order.make")}
            </Button>
          </div>
        </Form>
      </div>
    </Dialog>
  );
}

/** Another name for a folder, or no folder any more. */
export function EditFolder({
  name: first,
  onName,
  onRemove,
  onClose,
}: {
  name: string;
  onName: (name: string) => void;
  onRemove: () => void;
  onClose: () => void;
}) {
  const [name, setName] = useState(first);
  const save = (): void => {
    if (name.trim() !== "") onName(name.trim());
  };
  return (
    <Dialog
      title={t("order.editFolder")}
      onClose={onClose}
      actions={
        <>
          <Button icon={Trash2} onClick={onRemove}>
            {t("order.removeFolder")}
          </Button>
          <Button kind="primary" onClick={save}>
            {t("ui.save")}
          </Button>
        </>
      }
    >
      <Form onSubmit={save}>
        <TextField
          label={t("order.folderName")}
          value={name}
          onInput={setName}
          maxLength={60}
          hint={t("order.removeFolderHint")}
        />
      </Form>
    </Dialog>
  );
}
