/** What a conversation is called, its description and its picture, for those who may change them. */
import type { Space } from "@baraza/engine";
import { useState } from "preact/hooks";
import { ProfileDialog } from "../../features/order/profile.tsx";
import { t } from "../../i18n/index.ts";
import { toast } from "../../ui/toast.tsx";
import type { EnginePort, Result } from "../engine.ts";
import { failureText } from "../failure.ts";
import { uploaderOf } from "./files-upload.ts";
import { pickFiles } from "./media-pick.ts";
import { smallPicture } from "./pictures.ts";

/** Changes them. */
export function Profile({
  engine,
  space,
  onClose,
}: {
  engine: EnginePort;
  space: Space;
  onClose: () => void;
}) {
  const { spaceId } = space;
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  const choose = (): Promise<Blob | undefined> => {
    const { promise, resolve } = Promise.withResolvers<Blob | undefined>();
    pickFiles({ accept: "image/*", several: false }, ([file]) => {
      if (file === undefined) return resolve(undefined);
      // It is read where hostile files are read: apart, and bounded.
      uploaderOf(engine)
        .prepare(file, false)
        .then(async ({ prepared: { thumbnail } }) => {
          if (thumbnail === undefined) throw new Error("no picture");
          return new Blob([
            await smallPicture(new Blob([thumbnail.bytes], { type: thumbnail.type })),
          ]);
        })
        .then(resolve, () => {
          toast({ text: t("profile.noPicture") });
          resolve(undefined);
        });
    });
    return promise;
  };
  return (
    <ProfileDialog
      spaceId={spaceId}
      title={space.title}
      about={space.about}
      hasPicture={space.pictureId !== null}
      busy={busy}
      failure={failure}
      onChoose={choose}
      onSave={({ title, about, picture }) => {
        const save = async (): Promise<Result<unknown>> => {
          if (title !== space.title) {
            const result = await engine.rename(spaceId, title);
            if (!result.ok) return result;
          }
          if (about !== space.about) {
            const result = await engine.call("space.setAbout", { spaceId, text: about });
            if (!result.ok) return result;
          }
          if (picture === undefined) return { ok: true, value: undefined };
          const bytes = picture && new Uint8Array(await picture.arrayBuffer());
          return engine.call("space.setPicture", { spaceId, picture: bytes });
        };
        setBusy(true);
        void save().then((result) => {
          setBusy(false);
          if (result.ok) onClose();
          else setFailure(failureText(result.failure));
        });
      }}
      onClose={onClose}
    />
  );
}
