import { Comfort as ComfortScreen } from "../../features/settings/comfort.tsx";
import { ask } from "../desk.tsx";
import {
  COLOURS,
  colour,
  contrast,
  dataSaver,
  installing,
  oneKey,
  stillness,
  TEXT_SIZES,
  textSize,
} from "../settings.ts";

/** How the app reads, moves and spends, kept by the browser. */
export function Comfort() {
  return (
    <ComfortScreen
      colour={colour.value}
      colours={COLOURS}
      size={textSize.value}
      sizes={TEXT_SIZES}
      contrast={contrast.value}
      still={stillness.value}
      saver={dataSaver.value}
      oneKey={oneKey.value}
      install={installState()}
      onColour={(next) => {
        colour.value = next;
      }}
      onSize={(size) => {
        textSize.value = size;
      }}
      onContrast={(on) => {
        contrast.value = on;
      }}
      onStill={(on) => {
        stillness.value = on;
      }}
      onSaver={(on) => {
        dataSaver.value = on;
      }}
      onOneKey={oneKey.set}
      onShortcuts={() => ask("shortcuts")}
      onInstall={() => void installing.value?.()}
    />
  );
}

function installState(): "installed" | "offer" | "ios" | "menu" {
  if (matchMedia("(display-mode: standalone)").matches) return "installed";
  if (installing.value) return "offer";
  // An iPad calls itself a Mac, but no Mac is touched.
  const apple = /iPhone|iPad|iPod/.test(navigator.userAgent);
  const pad = navigator.userAgent.includes("Macintosh") && navigator.maxTouchPoints > 1;
  return apple || pad ? "ios" : "menu";
}
