import { useEffect, useRef, useState } from "preact/hooks";
import type { PdfPages } from "../../decode/decoder.ts";
import { t } from "../../i18n/index.ts";

/** The pages of a PDF below each other; each is drawn when it comes near the screen, and let go when it is far away. */
export function PdfView({ pdf, name }: { pdf: PdfPages; name: string }) {
  const [measure, setMeasure] = useState({ width: 3, height: 4 });
  const area = useRef<HTMLDivElement>(null);
  const shown = Math.min(pdf.pages, MOST);
  return (
    <div class="pdf" ref={area}>
      {Array.from({ length: shown }, (_, i) => (
        <Page
          key={i}
          pdf={pdf}
          number={i + 1}
          name={name}
          measure={measure}
          onMeasure={i === 0 ? setMeasure : undefined}
        />
      ))}
      {pdf.pages > shown && <p class="readable-cut">{t("files.cut")}</p>}
    </div>
  );
}

/** No more pages than this stand in one screen. */
const MOST = 2000;

function Page({
  pdf,
  number,
  name,
  measure,
  onMeasure,
}: {
  pdf: PdfPages;
  number: number;
  name: string;
  measure: { width: number; height: number };
  onMeasure: ((measure: { width: number; height: number }) => void) | undefined;
}) {
  const place = useRef<HTMLElement>(null);
  const [near, setNear] = useState(false);
  const [drawn, setDrawn] = useState<{
    url: string;
    text: string;
    width: number;
    height: number;
  }>();
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const observer = new IntersectionObserver(
      ([entry]) => setNear(entry?.isIntersecting === true),
      {
        root: element.closest(".preview-body"),
        rootMargin: "100% 0px",
      },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const element = place.current;
    if (!near || element === null) return;
    let url: string | undefined;
    let current = true;
    const width = Math.min(2400, Math.round(element.clientWidth * devicePixelRatio));
    pdf.page(number, Math.max(width, 320)).then(
      ({ blob, text, ...size }) => {
        if (!current) return;
        url = URL.createObjectURL(blob);
        setDrawn({ url, text, ...size });
        onMeasure?.(size);
      },
      () => current && setFailed(true),
    );
    return () => {
      current = false;
      if (url !== undefined) URL.revokeObjectURL(url);
      setDrawn(undefined);
    };
    // The callback is a new function in each render.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [near, pdf, number]);
  const { width, height } = drawn ?? measure;
  useEffect(() => {
    place.current?.style.setProperty("--shape", `${width} / ${height}`);
  }, [width, height]);
  const label = t("files.page", { number, count: pdf.pages });
  return (
    <figure class="pdf-page" ref={place} aria-label={`${name}, ${label}`}>
      {drawn && <img src={drawn.url} alt={drawn.text === "" ? label : drawn.text} />}
      {failed && <p role="alert">{t("files.trouble.page")}</p>}
      <figcaption>{label}</figcaption>
    </figure>
  );
}
