/** How the page looks and listens: theme, TV mode, single keys. */

import { say } from "./dom.js";

const THEMES = ["auto", "light", "dark"];
const [MOST_VH, LEAST_VH, STEP_VH] = [3.2, 1.2, 0.05];
const NAMES = { auto: "Auto", light: "Light", dark: "Dark" };

/** Whether the address asks for TV mode: big, dark, without anything to press. */
export const tv = new URLSearchParams(location.search).get("tv") === "1";

/** The queues the address asks for, or null for all. */
export const only = (() => {
  const names = (new URLSearchParams(location.search).get("queue") ?? "").split(",").filter(Boolean);
  return names.length ? new Set(names) : null;
})();

/** Set the look, and let keys and buttons change it. `forget`: what K does. */
export function look(forget) {
  const theme = document.getElementById("theme");
  const about = document.getElementById("about");
  const shortcuts = document.getElementById("shortcuts");
  document.documentElement.toggleAttribute("data-tv", tv);
  dress(theme, tv ? "dark" : stored("router.theme", "auto"));
  const turn = () => {
    const next = THEMES[(THEMES.indexOf(document.documentElement.dataset.theme) + 1) % THEMES.length];
    localStorage.setItem("router.theme", next);
    dress(theme, next);
  };
  theme.addEventListener("click", turn);
  document.getElementById("help").addEventListener("click", () => about.showModal());
  shortcuts.checked = stored("router.shortcuts", "on") === "on";
  shortcuts.addEventListener("change", () => localStorage.setItem("router.shortcuts", shortcuts.checked ? "on" : "off"));
  const keys = { t: turn, v: () => location.assign(tv ? location.pathname : "?tv=1"), k: forget, "?": () => about.showModal() };
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLInputElement && event.target.type !== "checkbox";
    if (typing || about.open || event.ctrlKey || event.metaKey || event.altKey || !shortcuts.checked) return;
    keys[event.key.toLowerCase()]?.();
  });
}

/** In TV mode, give the type the size at which the board just fills the wall. */
export function fit() {
  if (!tv) return;
  const root = document.documentElement;
  const main = document.getElementById("board");
  for (let size = MOST_VH; size > LEAST_VH; size -= STEP_VH) {
    root.style.setProperty("--tv", `${size}vh`);
    if (main.getBoundingClientRect().bottom <= innerHeight) return;
  }
}

function dress(button, theme) {
  document.documentElement.dataset.theme = theme;
  say(button, NAMES[theme]);
  button.setAttribute("aria-label", `Theme: ${NAMES[theme]}`);
}

function stored(name, otherwise) {
  return localStorage.getItem(name) ?? otherwise;
}
