import "./media.css";
import type { MediaFile, Outgoing } from "@baraza/engine";
import { Download, FolderOpen, MapPin, Play, RotateCw, TriangleAlert, User, X } from "lucide";
import { useEffect, useState } from "preact/hooks";
import type { MessageMedia } from "../../app/model.ts";
import { formatBytes, formatNumber, t } from "../../i18n/index.ts";
import { IconButton } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { PersonName } from "../../ui/person-name.tsx";
import { Spinner } from "../../ui/progress.tsx";
import { failureSentence, iconOf, kindWord, safeName } from "../files/model.ts";
import { isVisual } from "../chat/media-size.ts";
import { LinkCard } from "./link-card.tsx";
import { clock } from "./voice-note.tsx";

/** Answers the address of a file's small picture; null: there is none. */
export type SmallPicture = (file: MediaFile) => Promise<string | null>;

/** Tiles of an album that are drawn; the last one says how many more there are. */
const TILES = 4;

export interface MediaProps {
  media: MessageMedia;
  /** As they are now; undefined until they have been read. */
  files: readonly MediaFile[] | undefined;
  authorName: string;
  picture: SmallPicture;
  /** Small pictures come by themselves; else each is asked for. */
  byItself: boolean;
  onOpen: (fileId: string) => void;
  onDownload: (file: MediaFile) => void;
}

/** What a message brought, into the room that is kept for it. */
export function Media(props: MediaProps) {
  const { media, files, onOpen } = props;
  const fileOf = (fileId: string) => files?.find((one) => one.fileId === fileId);
  const visual = media.files.filter(({ type }) => isVisual(type));
  const others = media.files.filter(({ type }) => !isVisual(type));
  const more = visual.length - TILES;
  return (
    <>
      {visual.length > 0 && (
        <div
          class="media-grid"
          data-count={Math.min(TILES, visual.length)}
          role={visual.length > 1 ? "group" : undefined}
          aria-label={visual.length > 1 ? t("media.album", { count: visual.length }) : undefined}
        >
          {visual.slice(0, TILES).map((one, index) => (
            <Tile
              key={one.fileId}
              file={fileOf(one.fileId)}
              type={one.type}
              known={files !== undefined}
              authorName={props.authorName}
              picture={props.picture}
              byItself={props.byItself}
              more={index === TILES - 1 && more > 0 ? more : 0}
              onOpen={() => onOpen(one.fileId)}
            />
          ))}
        </div>
      )}
      {others.map((one) => (
        <FileRow
          key={one.fileId}
          file={fileOf(one.fileId)}
          known={files !== undefined}
          onOpen={() => onOpen(one.fileId)}
          onDownload={props.onDownload}
        />
      ))}
      {media.place !== null && <PlaceRow place={media.place} />}
      {media.link !== undefined && <LinkCard card={media.link} />}
    </>
  );
}

function Tile({
  file,
  type,
  known,
  authorName,
  picture,
  byItself,
  more,
  onOpen,
}: {
  file: MediaFile | undefined;
  type: string;
  known: boolean;
  authorName: string;
  picture: SmallPicture;
  byItself: boolean;
  more: number;
  onOpen: () => void;
}) {
  const [wanted, setWanted] = useState(byItself);
  const [url, setUrl] = useState<string | null>();
  const ready = file !== undefined && file.state !== "gone" && file.hasThumbnail;
  useEffect(() => {
    if (!ready || !wanted) return;
    let current = true;
    void picture(file).then((found) => current && setUrl(found));
    return () => {
      current = false;
    };
    // The file is a new object with each answer of the engine.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [ready, wanted, file?.fileId, file?.versionId, picture]);
  const film = type.startsWith("video/");
  const gone = known && (file === undefined || file.state === "gone");
  const asks = ready && !wanted;
  const name = safeName(file?.name ?? "");
  const length = film && file !== undefined && file.durationMs > 0 ? clock(file.durationMs) : "";
  /** What stands on it is in its name, too. */
  const shown = more > 0 ? `+${formatNumber(more)}` : gone ? "" : length;
  const label = gone
    ? t("media.gone")
    : asks
      ? t("media.load", { name })
      : t(film ? "media.openFilm" : "media.openPicture", { name, author: authorName });
  return (
    <button
      type="button"
      class="media-tile"
      aria-label={shown === "" ? label : `${label} ${shown}`}
      disabled={gone || file === undefined}
      onClick={() => (asks ? setWanted(true) : onOpen())}
    >
      {url !== undefined && url !== null ? (
        <img src={url} alt="" draggable={false} onError={() => setUrl(null)} />
      ) : gone ? (
        <span class="media-tile-words">{t("media.gone")}</span>
      ) : asks ? (
        <span class="media-tile-words">
          <Icon of={Download} /> {t("media.show")}
        </span>
      ) : (
        file !== undefined && (
          <span class="media-tile-words">
            <Icon of={iconOf({ kind: "file", type })} />
          </span>
        )
      )}
      {more > 0 ? (
        <span class="media-more">{shown}</span>
      ) : (
        film &&
        !gone && (
          <span class="media-play">
            <Icon of={Play} />
            {length}
          </span>
        )
      )}
    </button>
  );
}

function FileRow({
  file,
  known,
  onOpen,
  onDownload,
}: {
  file: MediaFile | undefined;
  known: boolean;
  onOpen: () => void;
  onDownload: (file: MediaFile) => void;
}) {
  if (file === undefined || file.state === "gone")
    return (
      <div class="media-file">
        <span class="media-file-icon">{known ? <Icon of={TriangleAlert} /> : <Spinner />}</span>
        <p>{known ? t("media.gone") : ""}</p>
      </div>
    );
  const shown = { kind: "file" as const, type: file.type };
  return (
    <div class="media-file">
      <button type="button" onClick={onOpen}>
        <span class="media-file-icon">
          <Icon of={iconOf(shown)} />
        </span>
        <span class="media-file-words">
          <span class="media-file-name">
            <bdi>{safeName(file.name)}</bdi>
          </span>
          <span class="media-file-detail">
            {kindWord(shown)} · {formatBytes(file.size)}
          </span>
        </span>
      </button>
      {file.state === "there" && (
        <IconButton
          icon={Download}
          tip="above"
          label={t("files.downloadCost", { size: formatBytes(file.size) })}
          onClick={() => onDownload(file)}
        />
      )}
    </div>
  );
}

/** A place, by its numbers: a map would tell whoever draws it what one looks at. */
function PlaceRow({ place }: { place: NonNullable<MessageMedia["place"]> }) {
  const { latitude, longitude, name } = place;
  const numbers = `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
  return (
    <div class="media-file">
      <a href={`geo:${latitude},${longitude}`} title={t("media.openPlace")}>
        <span class="media-file-icon">
          <Icon of={MapPin} />
        </span>
        <span class="media-file-words">
          <span class="media-file-name" dir="auto">
            {name || t("media.place")}
          </span>
          <span class="media-file-detail">
            <bdi dir="ltr">{numbers}</bdi>
          </span>
        </span>
      </a>
    </div>
  );
}

/** Somebody's address and name, as the author gives them. */
export function ContactRow({
  contact,
  onOpen,
}: {
  contact: NonNullable<MessageMedia["contact"]>;
  onOpen: () => void;
}) {
  return (
    <div class="media-file">
      <button type="button" class="media-file-main" onClick={onOpen}>
        <span class="media-file-icon">
          <Icon of={User} />
        </span>
        <span class="media-file-words">
          <span class="media-file-name">
            <PersonName name={contact.name || contact.address} />
          </span>
          <span class="media-file-detail">
            <bdi>{contact.address}</bdi>
          </span>
        </span>
      </button>
    </div>
  );
}

/** How far a message has come whose files are on their way, and how to take it back. */
export function SendingLine({
  outgoing,
  offline,
  onTakeBack,
  onResume,
  onChoose,
}: {
  outgoing: Outgoing | undefined;
  offline: boolean;
  onTakeBack: () => void;
  onResume: (uploadId: string) => void;
  onChoose: (uploadId: string) => void;
}) {
  const sending = outgoing?.sending ?? [];
  const total = sending.reduce((sum, one) => sum + one.total, 0);
  const done = sending.reduce((sum, one) => sum + Math.min(one.done, one.total), 0);
  const stopped = sending.find(({ state }) => state === "failed" || state === "paused");
  const missing = sending.find(({ state }) => state === "content");
  const words =
    missing !== undefined
      ? t("media.chooseAgain", { name: safeName(missing.name) })
      : stopped !== undefined
        ? failureSentence(stopped.failure)
        : offline
          ? t("media.waits")
          : t("media.sending", { done: formatBytes(done), total: formatBytes(total) });
  return (
    <div class="media-sending">
      <div class="media-file-words">
        <span role={(missing ?? stopped) ? "alert" : undefined}>{words}</span>
        {missing === undefined && stopped === undefined && (
          <progress max={Math.max(1, total)} value={done} aria-label={t("media.progress")} />
        )}
      </div>
      {missing !== undefined && (
        <IconButton
          icon={FolderOpen}
          tip="above"
          label={t("media.choose")}
          onClick={() => onChoose(missing.uploadId)}
        />
      )}
      {missing === undefined && stopped !== undefined && (
        <IconButton
          icon={RotateCw}
          tip="above"
          label={t("media.again")}
          onClick={() => onResume(stopped.uploadId)}
        />
      )}
      <IconButton icon={X} tip="above" label={t("media.takeBack")} onClick={onTakeBack} />
    </div>
  );
}
