import "./formatted.css";
import type { Block, Inline } from "@baraza/engine/formatting";
import { readFormatted } from "@baraza/engine/formatting";
import { ShieldAlert } from "lucide";
import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { t } from "../../i18n/index.ts";
import { withOwnSigns } from "../../ui/own-sign.tsx";
import { Icon } from "../../ui/icon.tsx";

/** Text beyond so many UTF-16 units or lines is folded until one asks for the rest. */
const FOLD = { units: 1800, lines: 30 } as const;

/**
 * A message's text as it is meant: strokes, code, quotes, lists, links, mentions. It is built from what was read of the text, never
 * as HTML, and fetches nothing.
 */
export function Formatted({ text, names }: { text: string; names: readonly string[] }) {
  const blocks = useMemo(() => readFormatted(text, names), [text, names]);
  const long = text.length > FOLD.units || text.split("\n").length > FOLD.lines;
  const [whole, setWhole] = useState(false);
  if (!long) return <Blocks of={blocks} />;
  return (
    <>
      <div class="formatted-long" data-folded={!whole || undefined}>
        <Blocks of={blocks} />
      </div>
      <button type="button" class="formatted-more" onClick={() => setWhole(!whole)}>
        {whole ? t("talk.less") : t("talk.all")}
      </button>
    </>
  );
}

function Blocks({ of }: { of: readonly Block[] }) {
  return <>{of.map((block, index) => blockNode(block, index))}</>;
}

function blockNode(block: Block, key: number): ComponentChildren {
  switch (block.kind) {
    case "paragraph":
      return (
        <p key={key} dir="auto">
          <Inlines of={block.children} />
        </p>
      );
    case "code":
      return (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reachable by keyboard
        <pre key={key} dir="ltr" tabIndex={0} class="formatted-code">
          <code>{block.text}</code>
        </pre>
      );
    case "quote":
      return (
        <blockquote key={key} class="formatted-quote">
          <Blocks of={block.blocks} />
        </blockquote>
      );
    case "list": {
      const items = block.items.map((item, index) => (
        <li key={index} dir="auto" data-depth={item.depth || undefined}>
          <Inlines of={item.children} />
        </li>
      ));
      return block.ordered ? (
        <ol key={key} class="formatted-list" start={block.start}>
          {items}
        </ol>
      ) : (
        <ul key={key} class="formatted-list">
          {items}
        </ul>
      );
    }
  }
}

function Inlines({ of }: { of: readonly Inline[] }) {
  return <>{of.map((one, index) => inlineNode(one, index))}</>;
}

function inlineNode(one: Inline, key: number): ComponentChildren {
  switch (one.kind) {
    case "text":
      return withOwnSigns(one.text);
    case "code":
      return (
        <code key={key} dir="ltr" class="formatted-word">
          {one.text}
        </code>
      );
    case "mention":
      return (
        <bdi key={key} class="mention">
          {one.text}
        </bdi>
      );
    case "strong":
      return (
        <strong key={key}>
          <Inlines of={one.children} />
        </strong>
      );
    case "em":
      return (
        <em key={key}>
          <Inlines of={one.children} />
        </em>
      );
    case "strike":
      return (
        <s key={key}>
          <Inlines of={one.children} />
        </s>
      );
    case "link":
      return (
        <a
          key={key}
          href={one.href}
          target="_blank"
          rel="noopener noreferrer nofollow"
          dir={one.host === null ? "ltr" : "auto"}
        >
          {one.text}
          {one.host !== null && (
            <bdi class="formatted-host" dir="ltr" data-odd={one.odd || undefined}>
              {one.odd && <Icon of={ShieldAlert} />}
              {one.odd && <span class="visually-hidden">{t("talk.oddHost")}</span>}
              <span title={one.odd ? t("talk.oddHost") : undefined}>({one.host})</span>
            </bdi>
          )}
        </a>
      );
  }
}
