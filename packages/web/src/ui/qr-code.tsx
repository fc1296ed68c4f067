import "./qr-code.css";
import { useEffect, useState } from "preact/hooks";

/** `value` as a QR code, dark on white in both themes (many readers need that). The encoder is fetched when first shown. */
export function QrCode({ value, label }: { value: string; label: string }) {
  const [code, setCode] = useState<{ path: string; size: number }>();
  useEffect(() => {
    let current = true;
    void import("./qr-encode.ts").then(({ encode }) => {
      const { data, size } = encode(value, 3);
      if (current) setCode({ path: pathOf(data), size });
    });
    return () => {
      current = false;
    };
  }, [value]);
  return (
    <div class="qr">
      {code && (
        <svg
          viewBox={`0 0 ${code.size} ${code.size}`}
          role="img"
          aria-label={label}
          shape-rendering="crispEdges"
        >
          <path d={code.path} fill="#000" />
        </svg>
      )}
    </div>
  );
}

/** Dark modules as one path, runs of a row joined. */
function pathOf(rows: readonly (readonly boolean[])[]): string {
  let path = "";
  rows.forEach((row, y) => {
    for (let x = 0; x < row.length; x++) {
      if (!row[x]) continue;
      const start = x;
      while (row[x + 1]) x++;
      path += `M${start} ${y}h${x - start + 1}v1H${start}z`;
    }
  });
  return path;
}
