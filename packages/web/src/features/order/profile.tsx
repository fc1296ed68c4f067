import "./profile.css";
import { ImagePlus, Trash2 } from "lucide";
import { useEffect, useId, useMemo, useState } from "preact/hooks";
import { t } from "../../i18n/index.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Form, TextField } from "../../ui/field.tsx";

/** A picture that was chosen and is not saved yet; null: none is to be there; undefined: the one that is there stays. */
export type NewPicture = Blob | null | undefined;

export interface ProfileProps {
  spaceId: string;
  title: string;
  about: string;
  hasPicture: boolean;
  busy: boolean;
  failure?: string | undefined;
  /** Lets one choose, and makes it small; undefined: none was chosen, or it cannot be used. */
  onChoose: () => Promise<Blob | undefined>;
  onSave: (profile: { title: string; about: string; picture: NewPicture }) => void;
  onClose: () => void;
}

/** UTF-16 units, as the engine has them. */
const TITLE = 200;
const ABOUT = 1000;

/** What a conversation is called, what it is about, and its picture. */
export function ProfileDialog(props: ProfileProps) {
  const [title, setTitle] = useState(props.title);
  const [about, setAbout] = useState(props.about);
  const [picture, setPicture] = useState<NewPicture>();
  const [tried, setTried] = useState(false);
  const id = useId();
  const url = useMemo(() => (picture ? URL.createObjectURL(picture) : null), [picture]);
  useEffect(
    () => () => {
      if (url !== null) URL.revokeObjectURL(url);
    },
    [url],
  );
  const there = picture === undefined ? props.hasPicture : picture !== null;
  const missing = title.trim() === "";
  return (
    <Dialog title={t("profile.title")} onClose={props.onClose}>
      <Form
        onSubmit={() => {
          setTried(true);
          if (!missing) props.onSave({ title: title.trim(), about: about.trim(), picture });
        }}
      >
        <div class="profile-picture">
          {url === null ? (
            <Avatar id={picture === null ? "" : props.spaceId} name={title} size="xl" square />
          ) : (
            <img class="profile-new" src={url} alt={t("profile.picture")} />
          )}
          <div class="profile-acts">
            <Button
              icon={ImagePlus}
              onClick={() => void props.onChoose().then((chosen) => chosen && setPicture(chosen))}
            >
              {t("profile.choose")}
            </Button>
            {there && (
              <Button kind="quiet" icon={Trash2} onClick={() => setPicture(null)}>
                {t("profile.remove")}
              </Button>
            )}
          </div>
        </div>
        <TextField
          label={t("profile.name")}
          value={title}
          maxLength={TITLE}
          error={tried && missing ? t("profile.nameNeeded") : props.failure}
          onInput={setTitle}
        />
        <div class="field">
          <label class="field-label" for={id}>
            {t("profile.about")}
          </label>
          <textarea
            id={id}
            class="field-input profile-about"
            dir="auto"
            rows={4}
            maxLength={ABOUT}
            value={about}
            onInput={(event) => setAbout(event.currentTarget.value)}
          />
        </div>
        <p class="field-hint">{t("profile.hint")}</p>
        <Button kind="primary" type="submit" wide busy={props.busy}>
          {t("ui.save")}
        </Button>
      </Form>
    </Dialog>
  );
}
