/** Channels, in the states that a person can see them in. */
import type { Channel } from "@baraza/engine";
import { ChannelBar } from "../src/features/channels/channel-bar.tsx";
import { Channels } from "../src/features/channels/channels.tsx";
import { RowChannels } from "../src/features/channels/row-channels.tsx";
import { ConversationList } from "../src/features/chat/list.tsx";
import { now, rows } from "./samples.ts";

const nothing = (): void => undefined;
const plain = { archived: false, unread: 0, mentions: 0, mutedUntil: 0, markedUnread: false };
const channel = (channelId: string, name: string, more: Partial<Channel> = {}): Channel => ({
  ...plain,
  channelId,
  name,
  purpose: "",
  draft: null,
  ...more,
});
const several = [
  channel("", "", { purpose: "What is for everybody", unread: 3 }),
  channel("c1", "Logistics", {
    purpose: "Trucks, seeds, who brings what",
    unread: 12,
    mentions: 1,
  }),
  channel("c2", "الترجمة", { mutedUntil: now + 1e9, unread: 40 }),
  channel("c3", "Press and a name that is much longer than any list is wide", {
    purpose: "Statements before they go out, and who speaks with whom about what and until when",
  }),
];
const away = [...several, channel("c4", "March assembly", { archived: true })];

const page = (channels: readonly Channel[], orders: boolean) => (
  <Channels
    title="Seed bank"
    channels={channels}
    orders={orders}
    now={now}
    hrefOf={() => "#"}
    onSave={() => Promise.resolve("Another channel is called that. Choose a different name.")}
    onArchive={nothing}
    onOrder={nothing}
    onMute={nothing}
    onRead={nothing}
    onBack={nothing}
  />
);

export const channelScreens = {
  channels: page(away, true),
  "channels-member": page(several, false),
  "channels-one": page(several.slice(0, 1), true),
};

export const channelBar = (
  <ChannelBar
    channels={several}
    current="c1"
    now={now}
    hrefOf={() => "#"}
    allHref="#"
    onMute={nothing}
  />
);

const marks = several.map((one) => ({
  ...one,
  mentioned: one.mentions > 0,
  marked: one.markedUnread,
}));
/** The list with channels under the conversation that is open. */
export const channelList = (
  <ConversationList
    rows={rows.map((row, at) => (at === 0 ? { ...row, channels: marks } : row))}
    joins={[]}
    returns={[]}
    now={now}
    currentId={rows[0]?.spaceId}
    hrefOf={(id) => `#${id}`}
    onNew={nothing}
    onCancelJoin={nothing}
    channelsOf={(row) => <RowChannels row={row} now={now} current="c1" />}
  />
);
