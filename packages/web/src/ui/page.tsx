import "./page.css";
import type { ComponentChildren } from "preact";
import { LanguagePick } from "./language-pick.tsx";
import { Logo } from "./logo.tsx";

/** A page that stands alone, outside the shell: signing up and in, an invitation. On wide screens beside a still picture. */
export function SoloPage({
  title,
  lead,
  motto,
  children,
}: {
  title: string;
  lead?: ComponentChildren;
  motto: string;
  children: ComponentChildren;
}) {
  return (
    <div class="solo">
      <aside class="solo-side">
        <SideArt />
        <p class="solo-motto">{motto}</p>
      </aside>
      <main class="solo-main" id="main" tabIndex={-1}>
        <div class="solo-column">
          <div class="solo-top">
            <p class="solo-mark">
              <Logo />
              <span>Baraza</span>
            </p>
            <LanguagePick />
          </div>
          <h1 tabIndex={-1}>{title}</h1>
          {lead && <p class="solo-lead">{lead}</p>}
          {children}
        </div>
      </main>
    </div>
  );
}

/** The mark, large and calm: a crown, and people in the half circle below it. */
function SideArt() {
  const people = Array.from({ length: 9 }, (_, index) => {
    const angle = (Math.PI * (17 + index * 18.25)) / 180;
    return {
      x: 200 + 152 * Math.cos(angle),
      y: 176 + 152 * Math.sin(angle),
      speaking: index === 2,
    };
  });
  return (
    <svg class="solo-art" viewBox="0 0 400 352" aria-hidden="true">
      <path
        class="art-crown"
        d="M34 172a166 166 0 0 1 332 0c0 18-20 28-35 18a75 75 0 0 0-80-2 99 99 0 0 1-102 0 75 75 0 0 0-80 2c-15 10-35 0-35-18z"
      />
      {people.map(({ x, y, speaking }) => (
        <circle key={x} class={speaking ? "art-speaker" : "art-person"} cx={x} cy={y} r={16} />
      ))}
    </svg>
  );
}
