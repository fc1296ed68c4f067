import "../../features/search/search.css";
import { useState } from "preact/hooks";
import { About as AboutScreen } from "../../features/order/about.tsx";
import { MuteMenu } from "../../features/order/row-menu.tsx";
import { loadWords, t } from "../../i18n/index.ts";
import { Skeleton } from "../../ui/progress.tsx";
import type { EnginePort } from "../engine.ts";
import { useLive, useNow } from "../hooks.ts";
import { lazy } from "../lazy.tsx";
import { back } from "../router.ts";
import { hrefOf } from "../routes.ts";
import { NoConversation } from "../../features/chat/conversation.tsx";
import { carryOut, Folders } from "./order.tsx";

const Vanish = lazy(
  () =>
    Promise.all([import("./timing.tsx"), loadWords("timing")]).then(([screens]) => screens.Vanish),
  { aside: true },
);

const BroughtPart = lazy(
  () =>
    Promise.all([import("./brought.tsx"), loadWords("brought"), loadWords("media")]).then(
      ([screens]) => screens.BroughtPart,
    ),
  { aside: true },
);

const QuietHere = lazy(
  () =>
    Promise.all([import("./signals.tsx"), loadWords("signals")]).then(
      ([screens]) => screens.QuietHere,
    ),
  { aside: true },
);

const WeeklyPart = lazy(
  () =>
    Promise.all([import("./weekly.tsx"), loadWords("weekly")]).then(
      ([screens]) => screens.WeeklyPart,
    ),
  { aside: true },
);

const Profile = lazy(
  () =>
    Promise.all([import("./profile.tsx"), loadWords("profile")]).then(
      ([screens]) => screens.Profile,
    ),
  { aside: true },
);

/** Files that are named. */
const NEWEST = 6;

/** A conversation at a glance. */
export function About({ engine, spaceId }: { engine: EnginePort; spaceId: string }) {
  const now = useNow();
  const rows = useLive(engine.conversations, "conversations");
  const people = useLive(engine.people(spaceId), `people ${spaceId}`);
  const space = useLive(engine.watch("space", { spaceId }), `about ${spaceId}`);
  const folder = useLive(
    engine.watch("files.folder", {
      spaceId,
      parentId: null,
      sort: { by: "changed", down: true },
      offset: 0,
      limit: 50,
    }),
    `newest ${spaceId}`,
  );
  const [muting, setMuting] = useState<HTMLElement>();
  const [filing, setFiling] = useState(false);
  const [naming, setNaming] = useState(false);
  if (space === null) return <NoConversation />;
  const row = rows?.find((one) => one.spaceId === spaceId);
  if (!row || !people || !space) return <Skeleton label={t("ui.moment")} />;
  const files = folder?.entries.filter(({ kind }) => kind === "file").slice(0, NEWEST);
  return (
    <>
      <AboutScreen
        row={row}
        people={people}
        files={files?.map((file) => ({
          fileId: file.fileId,
          name: file.name,
          size: file.size,
          changedAt: file.changedAt,
          byName: file.changedByName,
          href: hrefOf({ at: "file", spaceId, fileId: file.fileId }),
        }))}
        fileCount={folder?.total ?? 0}
        organisation={space.organisation}
        about={space.about}
        now={now}
        peopleHref={hrefOf({ at: "people", spaceId })}
        filesHref={hrefOf({ at: "files", spaceId, folderId: null })}
        channelsHref={hrefOf({ at: "channels", spaceId })}
        emojiHref={hrefOf({ at: "emoji", spaceId })}
        groupsHref={hrefOf({ at: "groups", spaceId })}
        personHref={(identityId) => hrefOf({ at: "person", identityId })}
        onBack={back}
        {...(space.mayName && space.kind === "group" ? { onProfile: () => setNaming(true) } : {})}
        more={
          <>
            {space.state === "active" && (
              <>
                <Vanish engine={engine} spaceId={spaceId} leads={space.myRole === "steward"} />
                <QuietHere engine={engine} spaceId={spaceId} />
                <WeeklyPart engine={engine} spaceId={spaceId} />
              </>
            )}
            <BroughtPart engine={engine} spaceId={spaceId} mayWrite={space.state === "active"} />
          </>
        }
        onOrder={(order, anchor) => {
          if (order.do === "askMute") setMuting(anchor);
          else if (order.do === "folder") setFiling(true);
          else void carryOut(engine, order, [row]);
        }}
      />
      {muting && (
        <MuteMenu
          now={now}
          anchor={muting}
          onOrder={(order) => void carryOut(engine, order, [row])}
          onClose={() => setMuting(undefined)}
        />
      )}
      {naming && <Profile engine={engine} space={space} onClose={() => setNaming(false)} />}
      {filing && <Folders engine={engine} spaceIds={[spaceId]} onClose={() => setFiling(false)} />}
    </>
  );
}
