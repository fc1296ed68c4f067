import "./page.css";
import type { ComponentChildren } from "preact";
import { Logo } from "./logo.tsx";

/** A page that stands alone, outside the shell: signing up and in, an invitation. On wide screens beside a still picture. */
export function SoloPage({ title, lead, motto, children }: { title: string; lead?: ComponentChildren; motto: string; children: ComponentChildren }) {
  return (
    <div class="solo">
      <aside class="solo-side">
        <SideArt />
        <p class="solo-motto">{motto}</p>
      </aside>
      <main class="solo-main" id="main" tabIndex={-1}>
        <div class="solo-column">
          <p class="solo-mark">
            <Logo />
            <span>Baraza</span>
          </p>
          <h1 tabIndex={-1}>{title}</h1>
          {lead && <p class="solo-lead">{lead}</p>}
          {children}
        </div>
      </main>
    </div>
  );
}

/** People in a wide circle under a crown: the mark, large and calm. */
function SideArt() {
  const people = Array.from({ length: 13 }, (_, index) => {
    const angle = (Math.PI * (12 + index * 13)) / 180;
    return { x: 200 + 150 * Math.cos(angle), y: 190 + 96 * Math.sin(angle), speaking: index === 4 };
  });
  return (
    <svg class="solo-art" viewBox="0 0 400 320" aria-hidden="true">
      <path class="art-crown" d="M50 150C50 68 117 12 200 12s150 56 150 138c0 15-17 22-29 13a60 60 0 0 0-66-2 86 86 0 0 1-110 0 60 60 0 0 0-66 2c-12 9-29 2-29-13z" />
      {people.map(({ x, y, speaking }) => (
        <circle key={x} class={speaking ? "art-speaker" : "art-person"} cx={x} cy={y} r={13} />
      ))}
    </svg>
  );
}
