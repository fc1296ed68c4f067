import "./logo.css";

/** The mark: a tree's crown above, people sitting in a circle below; one of them is speaking. */
export function Logo({ size = "m" }: { size?: "s" | "m" | "l" }) {
  return (
    <svg class="logo" data-size={size} viewBox="0 0 48 48" aria-hidden="true">
      <path
        class="logo-crown"
        d="M4 22a20 20 0 0 1 40 0c0 2.2-2.4 3.4-4.2 2.2a9 9 0 0 0-9.6-.2 11.9 11.9 0 0 1-12.4 0 9 9 0 0 0-9.6.2C6.4 25.4 4 24.2 4 22z"
      />
      <g class="logo-person">
        <circle cx="7.1" cy="31" r="3.5" />
        <circle cx="13.7" cy="39" r="3.5" />
        <circle cx="24" cy="42.2" r="3.5" />
        <circle cx="40.9" cy="31" r="3.5" />
      </g>
      <circle class="logo-speaker" cx="34.3" cy="39" r="3.5" />
    </svg>
  );
}
