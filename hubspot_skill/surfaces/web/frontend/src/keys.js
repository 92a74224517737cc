// Keys for what has a button as well. Single letters count only outside of fields and dialogs.
import { openPalette } from "./palette.js";
import { base } from "./request.js";
import { openSheet } from "./dialog.js";

const GO = { h: "/", c: "/contacts", o: "/companies", d: "/deals", b: "/deals/board", m: "/campaigns", r: "/reports", a: "/changes" };
let isGoing = false;

const isField = (element) => element.closest("input, select, textarea, [contenteditable], [role=listbox]") !== null;
const rows = () => [...document.querySelectorAll("[data-row]")];

function step(by) {
  const all = rows();
  const at = all.findIndex((row) => row.contains(document.activeElement));
  all[Math.max(0, Math.min(all.length - 1, at + by))]?.querySelector("a")?.focus();
}

const ACTIONS = {
  "?": () => openSheet(`${base}/help`),
  "/": openPalette,
  n: () => (document.querySelector("[data-new]") ?? document.querySelector("[popovertarget=create]"))?.click(),
  e: () => document.querySelector("[data-edit]")?.click(),
  f: () => document.querySelector("[data-filter]")?.click(),
  j: () => step(1),
  k: () => step(-1),
  x: () => document.activeElement?.closest("[data-row]")?.querySelector("input[type=checkbox]")?.click(),
  u: () => document.querySelector(".toast form button")?.click(),
};

document.addEventListener("keydown", (event) => {
  if (!base) return;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    openPalette();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isField(event.target) || document.querySelector("dialog[open]")) return;
  if (isGoing) {
    isGoing = false;
    if (event.key in GO) window.location.assign(base + GO[event.key]);
    return;
  }
  if (event.key === "g") {
    isGoing = true;
    setTimeout(() => { isGoing = false; }, 1500);
  } else if (event.key in ACTIONS) {
    event.preventDefault();
    ACTIONS[event.key]();
  }
});
