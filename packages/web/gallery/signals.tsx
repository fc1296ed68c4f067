/** Who writes and who is there: where it shows, and where one chooses it. */
import { cloneElement, type ComponentChildren } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { signalsShown } from "../src/app/signals-shown.ts";
import {
  HereDot,
  QuietHere,
  SignalSettings,
  TypingWords,
} from "../src/features/signals/signals.tsx";
import { about } from "./order.tsx";

const nothing = (): void => undefined;

/** Who writes, by conversation; whoever writes is there, too. */
const writing: Readonly<Record<string, readonly string[]>> = {
  s1: ["Bruno Álvarez", "নীলিমা রায়"],
  s2: ["ليلى حداد"],
  s3: ["Claire Dubois-Ndiaye", "Bruno Álvarez", "陈伟"],
};

function WithSignals({ children }: { children: ComponentChildren }) {
  useLayoutEffect(() => {
    const words = (spaceId: string) => {
      const names = writing[spaceId];
      return names && <TypingWords names={names} />;
    };
    signalsShown.value = {
      row: words,
      line: words,
      dot: (spaceId) => (
        <HereDot count={spaceId === "s5" ? 1 : (writing[spaceId]?.length ?? 0)} pair={false} />
      ),
      typed: nothing,
    };
    return () => {
      signalsShown.value = undefined;
    };
  }, []);
  return children;
}

/** A screen while people write and are there. */
export const withSignals = (screen: ComponentChildren) => <WithSignals>{screen}</WithSignals>;

const choice = { onTyping: nothing, onHere: nothing };
/** Among the settings: as chosen, and while data is dear. */
export const signalSettings = <SignalSettings {...choice} typing here={false} saver={false} />;
export const signalSettingsSaving = <SignalSettings {...choice} typing={false} here saver />;

/** On a conversation's page. */
export const signalsAbout = cloneElement(about, { more: <QuietHere on onChange={nothing} /> });
