import { say, token } from "./request.js";

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

// The server's event `say`: what was done by a part of the page, with its undo.
document.addEventListener("say", (event) => {
  const { text, undo, bad } = event.detail;
  say(text);
  const toast = document.createElement("div");
  toast.className = bad ? "toast failed" : "toast";
  const told = document.createElement("p");
  told.textContent = text;
  toast.append(told);
  if (bad) toast.dataset.stays = "";
  if (undo) {
    toast.dataset.stays = "";
    const form = document.createElement("form");
    form.method = "post";
    form.action = undo;
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: "csrf", value: token() });
    const button = document.createElement("button");
    button.textContent = "Undo";
    form.append(field, button);
    toast.append(form);
  }
  const close = Object.assign(document.createElement("button"), { type: "button", className: "quiet", textContent: "Dismiss" });
  close.dataset.dismiss = "";
  toast.append(close);
  const box = document.getElementById("toasts");
  box.append(toast);
  while (box.children.length > 3) box.firstElementChild.remove();
  watch(toast);
});
