import { Fragment, type VNode } from "preact";
import { useState } from "preact/hooks";
import type { Block, Inline, Readable, Sheet } from "../../decode/api.ts";
import { t } from "../../i18n/index.ts";

/** A text, a table or a document as it is to be read. Made of nodes only: nothing in it is taken for HTML, nothing is loaded. */
export function ReadableView({ readable }: { readable: Readable }) {
  return (
    <div class="readable" data-is={readable.is}>
      {readable.is === "text" ? (
        <pre dir="auto">{readable.text}</pre>
      ) : readable.is === "sheets" ? (
        <Sheets sheets={readable.sheets} />
      ) : (
        <article>
          <Blocks blocks={readable.blocks} />
        </article>
      )}
      {readable.cut && <p class="readable-cut">{t("files.cut")}</p>}
    </div>
  );
}

function Sheets({ sheets }: { sheets: readonly Sheet[] }) {
  const [index, setIndex] = useState(0);
  const sheet = sheets[index];
  return (
    <>
      {sheets.length > 1 && (
        <div class="sheet-tabs" role="tablist" aria-label={t("files.sheets")}>
          {sheets.map(({ name }, i) => (
            <button
              key={i}
              type="button"
              role="tab"
              aria-selected={i === index}
              onClick={() => setIndex(i)}
            >
              <bdi>{name}</bdi>
            </button>
          ))}
        </div>
      )}
      {sheet === undefined || sheet.rows.length === 0 ? (
        <p class="readable-cut">{t("files.emptyFile")}</p>
      ) : (
        <table class="sheet">
          <tbody>
            {sheet.rows.map((row, i) => (
              <tr key={i}>
                <th scope="row">{i + 1}</th>
                {row.map((cell, column) => (
                  <td key={column} dir="auto">
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

function Blocks({ blocks }: { blocks: readonly Block[] }) {
  return (
    <>
      {blocks.map((block, i) => (
        <BlockView key={i} block={block} />
      ))}
    </>
  );
}

function BlockView({ block }: { block: Block }): VNode {
  switch (block.is) {
    case "heading": {
      // The screen has its own first heading.
      const Heading = (["h2", "h3", "h4", "h5", "h6", "h6"] as const)[block.level - 1] ?? "h6";
      return (
        <Heading dir="auto">
          <Runs runs={block.runs} />
        </Heading>
      );
    }
    case "paragraph":
      return (
        <p dir="auto">
          <Runs runs={block.runs} />
        </p>
      );
    case "list": {
      const items = block.items.map((item, i) => (
        <li key={i}>
          <Blocks blocks={item} />
        </li>
      ));
      return block.start === null ? <ul>{items}</ul> : <ol start={block.start}>{items}</ol>;
    }
    case "quote":
      return (
        <blockquote>
          <Blocks blocks={block.blocks} />
        </blockquote>
      );
    case "code":
      return (
        <pre dir="ltr">
          <code>{block.text}</code>
        </pre>
      );
    case "table":
      return (
        <div class="readable-table">
          <table>
            <tbody>
              {block.rows.map((row, i) => (
                <tr key={i}>
                  {row.map((cell, column) => {
                    const Cell = block.head && i === 0 ? "th" : "td";
                    return (
                      <Cell key={column} dir="auto">
                        <Runs runs={cell} />
                      </Cell>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      );
    case "slide":
      return <p class="readable-slide">{t("files.slide", { number: block.number })}</p>;
    case "rule":
      return <hr />;
  }
}

function Runs({ runs }: { runs: readonly Inline[] }) {
  return (
    <>
      {runs.map((run, i) => {
        let node: VNode = (
          <Fragment>
            {run.text.split("\n").map((line, j) => (
              <Fragment key={j}>
                {j > 0 && <br />}
                {line}
              </Fragment>
            ))}
          </Fragment>
        );
        if (run.code === true) node = <code>{node}</code>;
        if (run.strike === true) node = <s>{node}</s>;
        if (run.em === true) node = <em>{node}</em>;
        if (run.strong === true) node = <strong>{node}</strong>;
        if (run.href !== undefined)
          node = (
            <a href={run.href} target="_blank" rel="noopener noreferrer">
              {node}
            </a>
          );
        return <Fragment key={i}>{node}</Fragment>;
      })}
    </>
  );
}
