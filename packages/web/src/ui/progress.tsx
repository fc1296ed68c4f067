import "./progress.css";

/** Something short is under way. Always beside words that say what. */
export function Spinner() {
  return <span class="spinner" aria-hidden="true" />;
}

/** A long job: how far it is (`done` of `total`, any unit), with a name for it. Without `total` it only moves. */
export function Progress({ label, done, total }: { label: string; done?: number; total?: number }) {
  return (
    <progress
      class="progress"
      aria-label={label}
      {...(total === undefined ? {} : { max: total, value: done ?? 0 })}
    />
  );
}

/** Grey rows in the shape of what is coming. */
export function Skeleton({ rows = 6, label }: { rows?: number; label: string }) {
  return (
    <div class="skeleton" role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, row) => (
        <div class="skeleton-row" key={row}>
          <span class="skeleton-dot" />
          <span class="skeleton-lines">
            <span />
            <span />
          </span>
        </div>
      ))}
    </div>
  );
}
