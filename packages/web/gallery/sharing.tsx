/** Links for people outside with sample data: their owner's screens, and what the others see. */
import type { DropBox, DroppedFile, SharedLink } from "@baraza/engine";
import type { OutsideCall } from "@baraza/engine/outside";
import { Drop } from "../src/outside/drop.tsx";
import { Files } from "../src/outside/files.tsx";
import { Broken, Passphrase, Troubled } from "../src/outside/outside.tsx";
import { AskForFiles } from "../src/features/sharing/ask.tsx";
import { Box, type BoxProps } from "../src/features/sharing/box.tsx";
import { Give, type GiveProps } from "../src/features/sharing/give.tsx";
import { Shared, type SharedProps } from "../src/features/sharing/shared.tsx";
import { t } from "../src/i18n/index.ts";
import { now } from "./samples.ts";

const nothing = (): void => undefined;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const address = `https://mombasa.example/share#p${"x7Kq".repeat(10)}abc`;
const link: SharedLink = {
  linkId: "1",
  spaceId: "s",
  title: "Statement on seeds, final.pdf",
  files: 1,
  bytes: 482_133,
  link: address,
  passphrase: false,
  made: now - DAY,
  expires: now + 6 * DAY,
  state: "open",
  takes: null,
  taken: 0,
  tries: 0,
  checked: now - 120_000,
  fileIds: [],
};
const links: SharedLink[] = [
  link,
  {
    ...link,
    linkId: "2",
    title: "Photos from the harvest, all those that we took on the long way from Kilifi to Likoni",
    files: 214,
    bytes: 734_555_222,
    passphrase: true,
    takes: 20,
    taken: 3,
    tries: 2,
    expires: now + 5 * HOUR,
  },
  { ...link, linkId: "3", title: "أوراق الاجتماع", state: "used_up", takes: 1, taken: 1 },
  { ...link, linkId: "4", title: "Budget 2027.xlsx", state: "locked", passphrase: true, tries: 20 },
  { ...link, linkId: "5", title: "", state: "expired", expires: now - 2 * DAY, taken: 11 },
];
const box: DropBox = {
  boxId: "b",
  title: "Applications for the training",
  text: "",
  link: address,
  made: now - DAY,
  expires: now + 20 * DAY,
  state: "open",
  bytes: 250_000_000,
  usedBytes: 34_200_000,
  files: 50,
  usedFiles: 4,
  waiting: 4,
  unseen: 2,
  checked: now - 120_000,
  into: { spaceId: "s", folderId: null },
};
const file = (
  itemId: string,
  name: string,
  type: string,
  size: number,
  from: string,
  more: Partial<DroppedFile> = {},
): DroppedFile => ({
  boxId: "b",
  itemId,
  file: { name, type, size, from },
  at: now - Number(itemId) * HOUR,
  saving: null,
  ...more,
});
const saving = {
  uploadId: "u",
  spaceId: "s",
  fileId: "f",
  state: "sending" as const,
  done: 12_000_000,
  total: 31_400_000,
  failure: null,
};
const dropped: DroppedFile[] = [
  file(
    "1",
    "Letter of motivation, with everything that I have done so far.pdf",
    "application/pdf",
    182_003,
    "Chen Wanjikũ",
  ),
  file("2", "صورة جواز السفر.jpg", "image/jpeg", 2_204_555, "ليلى حداد"),
  file("3", "Interview.mp4", "video/mp4", 31_400_000, "", { saving }),
  file("4", "Certificates.zip", "application/zip", 400_022, "Odhiambo", {
    saving: { ...saving, state: "failed", failure: "quota_exceeded" },
  }),
  { boxId: "b", itemId: "5", file: null, at: now - DAY, saving: null },
];

function List(props: Partial<SharedProps>) {
  return (
    <Shared
      title="Statement on seeds"
      links={links}
      boxes={[
        box,
        { ...box, boxId: "c", title: "Invoices", state: "expired", waiting: 0, unseen: 0 },
      ]}
      now={now}
      asking={false}
      stale={false}
      boxHref={(id) => `#${id}`}
      onAgain={nothing}
      onCopy={nothing}
      onChange={nothing}
      onEnd={nothing}
      onClose={nothing}
      onBack={nothing}
      {...props}
    />
  );
}

function Came(props: Partial<BoxProps>) {
  return (
    <Box
      box={box}
      dropped={dropped}
      now={now}
      asking={false}
      stale={false}
      canSave
      preparing={new Set()}
      onAgain={nothing}
      onCopy={nothing}
      onLook={nothing}
      onDownload={nothing}
      onSave={nothing}
      onResume={nothing}
      onThrow={nothing}
      onBack={nothing}
      {...props}
    />
  );
}

function Giving(props: Partial<GiveProps>) {
  return (
    <Give
      names={["Statement on seeds, final.pdf"]}
      folders={false}
      already={0}
      sharedHref="#shared"
      now={now}
      busy={false}
      problem={undefined}
      link={undefined}
      onMake={nothing}
      onClose={nothing}
      {...props}
    />
  );
}

/** In the app's frame. */
export const sharingScreens = {
  shared: () => <List />,
  "shared-empty": () => <List links={[]} boxes={[]} />,
  "shared-stale": () => <List stale />,
  box: () => <Came />,
  "box-empty": () => <Came dropped={[]} />,
  give: () => <Giving />,
  "give-problem": () => (
    <Giving
      names={["Photos from the harvest", "Statement"]}
      folders
      already={2}
      problem={t("links.failure.tooMany")}
    />
  ),
  "give-made": () => <Giving link={address} />,
  ask: () => (
    <AskForFiles
      name="Photos from the harvest"
      now={now}
      busy={false}
      problem={undefined}
      link={undefined}
      onMake={nothing}
      onClose={nothing}
    />
  ),
  "ask-made": () => (
    <AskForFiles
      name="Photos from the harvest"
      now={now}
      busy={false}
      problem={undefined}
      link={address}
      onMake={nothing}
      onClose={nothing}
    />
  ),
};

const call = (() => new Promise<never>(() => undefined)) as unknown as OutsideCall;
const bytes = new Uint8Array(32);
const access = { handoutId: bytes, reader: bytes, key: bytes } as never;
const given = [
  { name: "Statement on seeds, final.pdf", type: "application/pdf", size: 482_133 },
  { name: "IMG_2041.jpg", type: "image/jpeg", size: 3_204_555 },
  {
    name: "أوراق الاجتماع.docx",
    type: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    size: 23_411,
  },
].map((one) => ({ ...one, blobId: bytes, key: bytes }));
const drop = {
  title: "Applications for the training",
  text: "One page about you, and two letters of those who know your work. Any language is good.",
  expires: now + 20 * DAY,
  bytesLeft: 215_800_000,
  filesLeft: 46,
  intakeId: bytes,
  writer: bytes,
  publicKey: bytes,
};

/** The page without the app. */
export const outsideScreens = {
  outside: () => (
    <Files
      share={{ title: "Statement on seeds", expires: now + 6 * DAY, left: 4, files: given, access }}
      call={call}
    />
  ),
  "outside-one": () => (
    <Files
      share={{
        title: "Statement on seeds, final.pdf",
        expires: now + 6 * DAY,
        left: null,
        files: given.slice(0, 1),
        access,
      }}
      call={call}
    />
  ),
  "outside-passphrase": () => <Passphrase busy={false} left={undefined} onOpen={nothing} />,
  "outside-wrong": () => <Passphrase busy={false} left={17} onOpen={nothing} />,
  "outside-drop": () => <Drop drop={drop} call={call} />,
  "outside-full": () => <Drop drop={{ ...drop, text: "", filesLeft: 0 }} call={call} />,
  "outside-ended": () => <Troubled trouble={{ kind: "ended", why: "expired" }} onAgain={nothing} />,
  "outside-noline": () => <Troubled trouble={{ kind: "noLine" }} onAgain={nothing} />,
  "outside-broken": () => <Broken />,
};
