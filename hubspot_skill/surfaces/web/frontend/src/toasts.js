// Notices go by themselves after eight seconds, but not while they are looked at, and never where they can undo.
const STAYS_MS = 8000;

function watch(toast) {
  if (toast.dataset.watched) return;
  toast.dataset.watched = "1";
  let timer = null;
  const start = () => { if (!("stays" in toast.dataset)) timer = setTimeout(() => toast.remove(), STAYS_MS); };
  const stop = () => clearTimeout(timer);
  toast.addEventListener("pointerenter", stop);
  toast.addEventListener("focusin", stop);
  toast.addEventListener("pointerleave", start);
  toast.addEventListener("focusout", start);
  start();
}

const all = () => document.querySelectorAll("#toasts .toast").forEach(watch);
all();
document.addEventListener("htmx:after:swap", all);
document.addEventListener("click", (event) => {
  const toast = event.target.closest("[data-dismiss]")?.closest(".toast");
  if (!toast) return;
  toast.remove();
  document.getElementById("content")?.focus({ preventScroll: true });
});
