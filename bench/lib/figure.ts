/** How every benchmark says what it measured: one JSON line per figure, with the peer of the same run. */

export type Figure = {
  /** The figure's name, such as `logs.append`. */
  figure: string;
  value: number;
  unit:
    | "entries/s"
    | "messages/cpu-s"
    | "ms"
    | "MiB"
    | "KiB"
    | "MiB/s"
    | "bytes"
    | "1/s"
    | "1/min"
    | "docs/s"
    | "%"
    | "times";
  peer?: string;
  peerValue?: number;
  /** Above 1: we are better than the peer. */
  ratio?: number;
};

/** Prints a figure. With a peer's value the ratio is worked out; `better` says which way is up. */
export function report(figure: Omit<Figure, "ratio">, better: "higher" | "lower" = "lower"): void {
  const { value, peerValue } = figure;
  const ratio =
    peerValue === undefined
      ? {}
      : { ratio: round(better === "higher" ? value / peerValue : peerValue / value) };
  const rounded = peerValue === undefined ? {} : { peerValue: round(peerValue) };
  console.log(JSON.stringify({ ...figure, value: round(value), ...rounded, ...ratio }));
}

/** The value below which `share` of the samples lie. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** The middle of the samples. */
export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5);
}

/** How long a piece of work took, in ms, with its result. */
export async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; result: T }> {
  const start = performance.now();
  const result = await work();
  return { ms: performance.now() - start, result };
}

function round(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}
