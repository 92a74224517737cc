// The board: a card is dragged into a column, or moved by Shift and an arrow on its Move button. The server redraws it.
import { base } from "./request.js";
import { openSheet } from "./dialog.js";

let dragged = null;

const board = () => document.getElementById("board");

async function move(card, column) {
  const id = card.dataset.id;
  const from = card.closest(".column").dataset.stage;
  const to = column.dataset.stage;
  if (from === to) return;
  if (column.dataset.ends) {
    const back = encodeURIComponent(window.location.pathname + window.location.search);
    await openSheet(`${base}/deals/${id}/move?stage=${encodeURIComponent(to)}&next=${back}`, document.getElementById(`m-${id}`));
    return;
  }
  card.classList.add("saving");
  const { pipeline, sort, show } = board().dataset;
  await window.htmx.ajax("POST", `${base}/deals/${id}/move`, {
    target: "#board-box", select: "#board-box", swap: "outerHTML",
    values: { stage: to, was: from, board: "1", pipeline, sort, show },
  });
  const shown = document.querySelector("[data-stages]");
  if (shown && shown.offsetParent) choose(shown, to);
  document.getElementById(`m-${id}`)?.focus();
}

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.(".deal") ?? null;
  if (dragged) event.dataTransfer.setData("text/plain", dragged.dataset.id);
});
document.addEventListener("dragover", (event) => {
  const column = dragged && event.target.closest?.(".column");
  document.querySelectorAll(".column.over").forEach((other) => other.classList.toggle("over", other === column));
  if (!column) return;
  event.preventDefault();
  column.classList.add("over");
});
document.addEventListener("drop", (event) => {
  const column = dragged && event.target.closest?.(".column");
  if (!column) return;
  event.preventDefault();
  move(dragged, column);
});
document.addEventListener("dragend", () => {
  dragged = null;
  document.querySelectorAll(".column.over").forEach((column) => column.classList.remove("over"));
});

document.addEventListener("keydown", (event) => {
  const button = event.target.closest?.("[data-move]");
  if (!button || !event.shiftKey || (event.key !== "ArrowLeft" && event.key !== "ArrowRight")) return;
  event.preventDefault();
  const to = event.key === "ArrowLeft" ? button.dataset.before : button.dataset.after;
  const column = to && document.querySelector(`.column[data-stage="${CSS.escape(to)}"]`);
  if (column) move(button.closest(".deal"), column);
});

// On a phone one stage is shown at a time.
function choose(select, stage) {
  select.value = stage;
  document.querySelectorAll(".column").forEach((column) => column.classList.toggle("current", column.dataset.stage === stage));
}
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-stages]")) choose(event.target, event.target.value);
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});
