// One search over everything: a field above a list of plain links. ↓ goes into the links, Esc and Enter do what they do.
import { base } from "./request.js";

const dialog = document.getElementById("palette");

export async function openPalette() {
  if (!dialog || dialog.open) return;
  if (!dialog.firstElementChild) {
    await window.htmx.ajax("GET", `${base}/search`, { target: "#palette", select: "#found-box", swap: "innerHTML" });
  }
  dialog.showModal();
  dialog.querySelector("input")?.select();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-palette]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  openPalette();
});

dialog?.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const stops = [dialog.querySelector("input"), ...dialog.querySelectorAll(".found a")];
  const next = stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
  if (stops[next]) {
    event.preventDefault();
    stops[next].focus();
  }
});
dialog?.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
