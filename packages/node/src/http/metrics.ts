/** Counts and durations in Prometheus' text format. Labels are routes and status classes: never a name or an address. */
export type Metrics = {
  request(route: string, status: number, milliseconds: number): void;
  batch(entries: number): void;
  /** Adds a number that is read when it is asked for. */
  gauge(name: string, what: string, read: () => number): void;
  text(): string;
};

const LATENCY = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 5000, 30_000];
const BATCH = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

type Histogram = { counts: number[]; sum: number; count: number };
const histogram = (bounds: readonly number[]): Histogram => ({
  counts: bounds.map(() => 0),
  sum: 0,
  count: 0,
});

/** Metrics of one node. */
export function createMetrics(): Metrics {
  const requests = new Map<string, number>();
  const latency = new Map<string, Histogram>();
  const batches = histogram(BATCH);
  const gauges: { name: string; what: string; read: () => number }[] = [];
  return {
    request: (route, status, milliseconds) => {
      const labels = `route="${route}",status="${Math.floor(status / 100)}xx"`;
      requests.set(labels, (requests.get(labels) ?? 0) + 1);
      let one = latency.get(route);
      if (one === undefined) {
        one = histogram(LATENCY);
        latency.set(route, one);
      }
      observe(one, LATENCY, milliseconds);
    },
    batch: (entries) => {
      observe(batches, BATCH, entries);
    },
    gauge: (name, what, read) => {
      gauges.push({ name, what, read });
    },
    text: () => {
      const lines = [
        "# HELP baraza_requests_total Requests answered, by route and class of status.",
        "# TYPE baraza_requests_total counter",
        ...[...requests].map(([labels, count]) => `baraza_requests_total{${labels}} ${count}`),
        "# HELP baraza_request_milliseconds Time from the last byte of a request to its response.",
        "# TYPE baraza_request_milliseconds histogram",
        ...[...latency].flatMap(([route, one]) =>
          rows("baraza_request_milliseconds", `route="${route}"`, one, LATENCY),
        ),
        "# HELP baraza_append_entries Entries in an append.",
        "# TYPE baraza_append_entries histogram",
        ...rows("baraza_append_entries", "", batches, BATCH),
        ...gauges.flatMap(({ name, what, read }) => [
          `# HELP baraza_${name} ${what}`,
          `# TYPE baraza_${name} gauge`,
          `baraza_${name} ${read()}`,
        ]),
      ];
      return `${lines.join("\n")}\n`;
    },
  };
}

function observe(into: Histogram, bounds: readonly number[], value: number): void {
  into.sum += value;
  into.count += 1;
  const index = bounds.findIndex((bound) => value <= bound);
  if (index >= 0) into.counts[index] = (into.counts[index] ?? 0) + 1;
}

function rows(name: string, labels: string, one: Histogram, bounds: readonly number[]): string[] {
  const comma = labels === "" ? "" : ",";
  const plain = labels === "" ? "" : `{${labels}}`;
  let total = 0;
  const buckets = bounds.map((bound, index) => {
    total += one.counts[index] ?? 0;
    return `${name}_bucket{${labels}${comma}le="${bound}"} ${total}`;
  });
  return [
    ...buckets,
    `${name}_bucket{${labels}${comma}le="+Inf"} ${one.count}`,
    `${name}_sum${plain} ${one.sum}`,
    `${name}_count${plain} ${one.count}`,
  ];
}
