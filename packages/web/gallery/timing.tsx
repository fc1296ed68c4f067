/** What has to do with time in a conversation, over sample data. */
import { LaterDialog, WaitingBar, WaitingDialog } from "../src/features/timing/later.tsx";
import { VanishDialog } from "../src/features/timing/vanish.tsx";
import { now } from "./samples.ts";

const nothing = (): void => undefined;
const DAY = 24 * 60 * 60_000;

export const timingWaiting = <WaitingBar count={2} onShow={nothing} />;

export const timingDialogs = {
  "timing-vanish": <VanishDialog ms={3 * DAY} busy={false} onSet={nothing} onClose={nothing} />,
  "timing-later": (
    <LaterDialog
      text="Good morning! The seed boxes are at the gate."
      now={now}
      busy={false}
      onSave={nothing}
      onClose={nothing}
    />
  ),
  "timing-waiting": (
    <WaitingDialog
      messages={[
        {
          id: "1",
          at: now + DAY,
          text: "Good morning! The seed boxes are at the gate.",
          replyTo: null,
          failed: false,
        },
        { id: "2", at: now - DAY, text: "شكرًا جزيلًا على كل شيء", replyTo: null, failed: true },
      ]}
      onChange={nothing}
      onCopy={nothing}
      onSendNow={nothing}
      onRemove={nothing}
      onClose={nothing}
    />
  ),
};
