/** The files' screens with sample data. */
import type { FileEntry } from "@baraza/engine";
import { useState } from "preact/hooks";
import { Details } from "../src/features/files/details.tsx";
import { Bin } from "../src/features/files/bin.tsx";
import { Files, type FilesProps } from "../src/features/files/browse.tsx";
import { NameDialog } from "../src/features/files/name-dialog.tsx";
import { PlaceDialog } from "../src/features/files/place-dialog.tsx";
import { Preview, type Seen } from "../src/features/files/preview.tsx";
import { Storage } from "../src/features/files/storage.tsx";
import { Uploads } from "../src/features/files/uploads.tsx";
import { t } from "../src/i18n/index.ts";
import { now } from "./samples.ts";

const nothing = (): void => undefined;
const base: FileEntry = {
  spaceId: "s",
  fileId: "0",
  kind: "file",
  parentId: null,
  name: "",
  type: "application/octet-stream",
  size: 1,
  meta: {},
  hasThumbnail: false,
  versions: 1,
  comments: 0,
  children: 0,
  addedAt: now,
  changedAt: now - 3_600_000,
  changedBy: "amina",
  changedByName: "Amina Wanjikũ",
  mine: false,
  binned: null,
  sending: null,
  kept: { bytes: 0, pinned: "no" },
};
const some: Partial<FileEntry>[] = [
  { kind: "folder", name: "Photos from the harvest", children: 214 },
  { kind: "folder", name: "أوراق الاجتماع", children: 3, kept: { bytes: 0, pinned: "itself" } },
  { name: "Statement on seeds, final.pdf", type: "application/pdf", size: 482_133, comments: 3 },
  { name: "IMG_2041.jpg", type: "image/jpeg", size: 3_204_555, hasThumbnail: true, mine: true },
  {
    name: "Budget 2027.xlsx",
    type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    size: 23_411,
    kept: { bytes: 23_411, pinned: "itself" },
  },
  {
    name: "A meeting that went on for very long and was recorded from the first to the last minute.mp4",
    type: "video/mp4",
    size: 1_834_555_222,
    sending: {
      uploadId: "u",
      state: "sending",
      done: 734_555_222,
      total: 1_834_555_222,
      failure: null,
    },
  },
  { name: "photo\u202Egpj.exe", size: 99_000 },
  { name: "Voice note.ogg", type: "audio/ogg", size: 88_000, mine: true },
  {
    name: "Notes.md",
    type: "text/markdown",
    size: 2100,
    sending: { uploadId: "v", state: "failed", done: 0, total: 2100, failure: "quota_exceeded" },
  },
  { name: "নোট.docx", type: "application/vnd.oasis.opendocument.text", size: 15_022 },
];
const entries = some.map((one, i): FileEntry => ({ ...base, ...one, fileId: String(i) }));

/** A small landscape, drawn on the spot. */
async function picture(): Promise<string> {
  const canvas = new OffscreenCanvas(320, 240);
  const context = canvas.getContext("2d")!;
  context.fillStyle = "#8cc7e8";
  context.fillRect(0, 0, 320, 240);
  context.fillStyle = "#3d7a3a";
  context.fillRect(0, 150, 320, 90);
  context.fillStyle = "#f2b632";
  context.beginPath();
  context.arc(250, 60, 30, 0, 7);
  context.fill();
  return URL.createObjectURL(await canvas.convertToBlob());
}

function Browse({ more = {} }: { more?: Partial<FilesProps> }) {
  const [layout, setLayout] = useState<"list" | "grid">(more.layout ?? "list");
  return (
    <Files
      title="Statement on seeds"
      path={[]}
      total={entries.length}
      exists
      entryAt={(i) => entries[i]}
      onRange={nothing}
      sort={{ by: "name", down: false }}
      onSort={nothing}
      canWrite
      keepDetails={false}
      onKeepDetails={nothing}
      now={now}
      urlOf={picture}
      hrefOf={({ fileId }) => `?file=${fileId}`}
      folderHref={(id) => `?folder=${id}`}
      binHref="#bin"
      onChosen={nothing}
      onNewFolder={nothing}
      onBringIn={nothing}
      onLetSend={nothing}
      sharedHref="#shared"
      marks={{ fileIds: new Set(["2"]), unseen: 2 }}
      onAct={nothing}
      onStorage={nothing}
      onBack={nothing}
      {...more}
      layout={layout}
      onLayout={setLayout}
    />
  );
}

const deep = Array.from({ length: 60 }, (_, i) => ({ fileId: `d${i}`, name: `Level ${i + 1}` }));
const uploads = entries.slice(3, 8).map(({ name }, i) => ({
  spaceId: "s",
  fileId: String(i),
  name,
  uploadId: `u${i}`,
  state: (["sending", "waiting", "paused", "failed", "content"] as const)[i] ?? "sending",
  done: [1_200_000, 0, 500_000, 0, 3_000_000][i] ?? 0,
  total: 3_204_555,
  failure: i === 3 ? "file_changed" : null,
}));

function Shown({
  entry,
  seen,
  cost = null,
}: {
  entry: FileEntry;
  seen: Seen | undefined;
  cost?: number | null;
}) {
  return (
    <Preview
      entry={entry}
      seen={seen}
      cost={cost}
      onAgree={nothing}
      onBroken={nothing}
      before={nothing}
      after={nothing}
      onDownload={nothing}
      onDetails={nothing}
      onClose={nothing}
    />
  );
}

const many: FilesProps["entryAt"] = (i) => ({
  ...base,
  fileId: `m${i}`,
  name: `Scan ${String(i + 1).padStart(6, "0")}.txt`,
  type: "text/plain",
  size: 1000 + i,
});

export const filesScreens = {
  files: () => <Browse />,
  "files-grid": () => <Browse more={{ layout: "grid" }} />,
  "files-empty": () => <Browse more={{ total: 0 }} />,
  "files-own": () => <Browse more={{ title: null, total: 0 }} />,
  "files-gone": () => <Browse more={{ exists: false, total: 0 }} />,
  "files-deep": () => <Browse more={{ path: deep }} />,
  "files-many": () => <Browse more={{ total: 100_000, entryAt: many }} />,
  "files-uploads": () => (
    <Browse
      more={{
        children: (
          <Uploads
            uploads={uploads}
            preparing={{
              left: 12,
              failed: [{ name: "damaged.jpg", why: t("files.failure.empty") }],
            }}
            onPause={nothing}
            onResume={nothing}
            onContent={nothing}
            onCancel={nothing}
            onDismiss={nothing}
          />
        ),
      }}
    />
  ),
  "files-bin": () => (
    <Bin
      title="Statement on seeds"
      total={3}
      entryAt={(i) => ({
        ...entries[i + 2]!,
        sending: null,
        binned: { at: now - 86_400_000, byName: "Bruno Keller" },
      })}
      onRange={nothing}
      canWrite
      now={now}
      urlOf={picture}
      hrefOf={() => "#"}
      onRestore={nothing}
      onPurge={nothing}
      onEmpty={nothing}
      onBack={nothing}
    />
  ),
  "files-details": () => (
    <Details
      entry={{ ...entries[2]!, meta: { pages: 12, width: 2480, height: 3508 } }}
      versions={[
        {
          versionId: "2",
          size: 482_133,
          type: "application/pdf",
          at: now - 3_600_000,
          author: "a",
          authorName: "Amina Wanjikũ",
          current: true,
        },
        {
          versionId: "1",
          size: 471_002,
          type: "application/pdf",
          at: now - 86_400_000,
          author: "b",
          authorName: "Bruno Keller",
          current: false,
        },
      ]}
      comments={[
        {
          eventId: "1",
          author: "b",
          authorName: "Bruno Keller",
          mine: false,
          text: "Page three still says 2025.",
          at: now - 7_200_000,
          deleted: false,
        },
        {
          eventId: "2",
          author: "a",
          authorName: "Amina Wanjikũ",
          mine: true,
          text: "Put right.",
          at: now - 3_600_000,
          deleted: false,
        },
      ]}
      canWrite
      now={now}
      onClose={nothing}
      onNewVersion={nothing}
      onDownload={nothing}
      onRestore={nothing}
      onComment={nothing}
      onDeleteComment={nothing}
    />
  ),
  "files-rename": () => (
    <NameDialog
      title={t("files.rename")}
      action={t("ui.save")}
      name="Statement on seeds, final.pdf"
      onClose={nothing}
      onName={nothing}
    />
  ),
  "files-move": () => (
    <PlaceDialog
      title={t("files.copyTitle", { count: 3 })}
      action={t("files.copyHere")}
      places={[
        { spaceId: "s", title: "Statement on seeds", own: false },
        { spaceId: "o", title: t("files.own"), own: true },
      ]}
      spot={{ spaceId: "s", path: [] }}
      onSpot={nothing}
      folders={{ folders: entries.slice(0, 2), cut: false }}
      refused={new Set(["1"])}
      onNewFolder={nothing}
      onClose={nothing}
      onChosen={nothing}
    />
  ),
  "files-storage": () => (
    <Storage
      usage={{ bytes: 9_200_000_000, quota: 10_000_000_000, standing: "full" }}
      kept={{ bytes: 812_000_000, pinned: 320_000_000, room: 1_000_000_000 }}
      onRoom={nothing}
      onFree={nothing}
      onClose={nothing}
    />
  ),
  "preview-words": () => (
    <Shown
      entry={entries[8]!}
      seen={{
        is: "words",
        readable: {
          is: "blocks",
          cut: true,
          blocks: [
            { is: "heading", level: 1, runs: [{ text: "What we agreed on" }] },
            {
              is: "paragraph",
              runs: [
                { text: "Seeds are " },
                { text: "common", strong: true },
                { text: ", and stay so. See " },
                { text: "the page", href: "https://www.w3.org/" },
                { text: "." },
              ],
            },
            {
              is: "list",
              start: null,
              items: [
                [{ is: "paragraph", runs: [{ text: "☑ Ask the cooperatives" }] }],
                [{ is: "paragraph", runs: [{ text: "☐ Write to the ministry" }] }],
              ],
            },
            {
              is: "table",
              head: true,
              rows: [
                [[{ text: "Who" }], [{ text: "What" }]],
                [[{ text: "Amina" }], [{ text: "Translation" }]],
              ],
            },
            {
              is: "quote",
              blocks: [{ is: "paragraph", runs: [{ text: "Nobody owns the rain." }] }],
            },
            { is: "code", text: "maize = 12 t" },
          ],
        },
      }}
    />
  ),
  "preview-sheet": () => (
    <Shown
      entry={entries[4]!}
      seen={{
        is: "words",
        readable: {
          is: "sheets",
          cut: false,
          sheets: [
            {
              name: "Harvest",
              cut: false,
              rows: [
                ["What", "Tonnes", "Where"],
                ["Maize", "12", "Kilifi"],
                ["Millet", "7.5", "كيليفي"],
              ],
            },
            { name: "Costs", cut: false, rows: [["1"]] },
          ],
        },
      }}
    />
  ),
  "preview-none": () => <Shown entry={entries[6]!} seen={{ is: "none" }} />,
  "preview-cost": () => <Shown entry={entries[5]!} seen={undefined} cost={1_834_555_222} />,
  "preview-trouble": () => (
    <Shown entry={entries[2]!} seen={{ is: "trouble", trouble: "altered" }} />
  ),
};
