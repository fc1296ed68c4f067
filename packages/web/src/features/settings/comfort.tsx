import "./comfort.css";
import { Check, Download, Keyboard } from "lucide";
import { useId } from "preact/hooks";
import type { Colour } from "../../app/model.ts";
import { formatPercent, t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Switch } from "../../ui/choice.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Group } from "./group.tsx";

export interface ComfortProps {
  colour: Colour;
  colours: readonly Colour[];
  /** Percent, one of `sizes`. */
  size: number;
  sizes: readonly number[];
  contrast: boolean;
  still: boolean;
  saver: boolean;
  oneKey: boolean;
  /** installed: it runs as an app; offer: the browser would ask; ios, menu: how to do it by hand. */
  install: "installed" | "offer" | "ios" | "menu";
  onColour: (colour: Colour) => void;
  onSize: (size: number) => void;
  onContrast: (on: boolean) => void;
  onStill: (on: boolean) => void;
  onSaver: (on: boolean) => void;
  onOneKey: (on: boolean) => void;
  onShortcuts: () => void;
  onInstall: () => void;
}

/** How the app reads, moves and spends, on this device. */
export function Comfort(props: ComfortProps) {
  const { size, sizes, install } = props;
  const id = useId();
  return (
    <>
      <Group title={t("frame.comfort")}>
        <Colours colour={props.colour} colours={props.colours} onColour={props.onColour} />
        <div class="comfort-size">
          <label class="field-label" for={id}>
            {t("frame.size")}
          </label>
          <div class="comfort-range">
            <span aria-hidden="true" class="comfort-small">
              {t("frame.sizeLetter")}
            </span>
            <input
              id={id}
              type="range"
              min={0}
              max={sizes.length - 1}
              step={1}
              value={sizes.indexOf(size)}
              aria-valuetext={formatPercent(size)}
              onInput={(event) => {
                const next = sizes[Number(event.currentTarget.value)];
                if (next !== undefined) props.onSize(next);
              }}
            />
            <span aria-hidden="true" class="comfort-large">
              {t("frame.sizeLetter")}
            </span>
            <output for={id}>{formatPercent(size)}</output>
          </div>
        </div>
        <Switch
          label={t("frame.contrastLabel")}
          checked={props.contrast}
          onChange={props.onContrast}
        />
        <Switch
          label={t("frame.still")}
          hint={t("frame.stillHint")}
          checked={props.still}
          onChange={props.onStill}
        />
        <Switch
          label={t("frame.saver")}
          hint={t("frame.saverHint")}
          checked={props.saver}
          onChange={props.onSaver}
        />
        <Switch
          label={t("frame.oneKey")}
          hint={t("frame.oneKeyHint")}
          checked={props.oneKey}
          onChange={props.onOneKey}
        />
        <div>
          <Button icon={Keyboard} onClick={props.onShortcuts}>
            {t("frame.shortcuts")}
          </Button>
        </div>
      </Group>
      <Group title={t("frame.install")}>
        <p class="field-hint">{t(`frame.install.${install}`)}</p>
        {install === "offer" && (
          <div>
            <Button kind="primary" icon={Download} onClick={props.onInstall}>
              {t("frame.installAction")}
            </Button>
          </div>
        )}
      </Group>
    </>
  );
}

/** Colours as round samples, each with its name below. */
function Colours(props: Pick<ComfortProps, "colour" | "colours" | "onColour">) {
  const name = useId();
  return (
    <fieldset class="comfort-colours">
      <legend class="field-label">{t("frame.colour")}</legend>
      {props.colours.map((one) => (
        <label class="comfort-colour" data-swatch={one} key={one}>
          <input
            type="radio"
            name={name}
            value={one}
            checked={one === props.colour}
            onChange={() => props.onColour(one)}
          />
          <span class="comfort-sample">{one === props.colour && <Icon of={Check} />}</span>
          <span class="comfort-colour-name">{t(`frame.colour.${one}`)}</span>
        </label>
      ))}
    </fieldset>
  );
}
