// Links with `data-dialog` open their page's sheet in the one shared dialog; without scripts they are plain links.
const dialog = document.getElementById("dialog");
const body = document.getElementById("dialog-body");
let opener = null;
let before = "";

const written = () => [...body.querySelectorAll("form")].map((form) => new URLSearchParams(new FormData(form)).toString()).join("|");

export async function openSheet(address, from) {
  opener = from ?? document.activeElement;
  await window.htmx.ajax("GET", address, { target: "#dialog-body", select: "#sheet", swap: "innerHTML" });
  if (!body.querySelector("#sheet")) {
    window.location.assign(address);
    return;
  }
  if (!dialog.open) dialog.showModal();
  before = written();
  (body.querySelector("[autofocus]") ?? body.querySelector("input:not([type=hidden]), select, textarea, a, button"))?.focus();
}

function close() {
  dialog.close();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (link && dialog && !event.metaKey && !event.ctrlKey && !event.shiftKey && event.button === 0) {
    event.preventDefault();
    link.closest("[popover]")?.hidePopover();
    openSheet(link.href, document.querySelector(`[popovertarget="${link.closest("[popover]")?.id}"]`) ?? link);
  }
  if (event.target.closest("[data-close]") && dialog?.open) {
    event.preventDefault();
    close();
  }
});

dialog?.addEventListener("cancel", (event) => {
  // A changed form asks once: the second Esc, or Cancel, lets go of it.
  if (before && written() !== before && !dialog.querySelector("[data-asked]")) {
    event.preventDefault();
    const note = document.createElement("p");
    note.className = "note warn";
    note.dataset.asked = "";
    note.setAttribute("role", "alert");
    note.textContent = "What you typed is not saved. Press Esc once more to let go of it.";
    body.querySelector("#sheet")?.prepend(note);
  }
});

dialog?.addEventListener("close", () => {
  body.replaceChildren();
  before = "";
  if (opener?.isConnected) opener.focus();
});

// A value's pencil opens its one field in the value's place; Esc or Cancel puts the value back.
const kept = new Map();

document.addEventListener("click", async (event) => {
  const pencil = event.target.closest("a[data-inline]");
  if (pencil && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
    event.preventDefault();
    const value = pencil.closest(".value");
    kept.set(value, [...value.childNodes]);
    await window.htmx.ajax("GET", pencil.href, { target: value, select: "#sheet form", swap: "innerHTML" });
    value.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    return;
  }
  const cancel = event.target.closest(".value [data-restore]");
  if (cancel) {
    event.preventDefault();
    restore(cancel.closest(".value"));
  }
});

function restore(value) {
  if (!kept.has(value)) return;
  value.replaceChildren(...kept.get(value));
  kept.delete(value);
  value.querySelector("a[data-inline]")?.focus();
}

document.addEventListener("keydown", (event) => {
  const value = event.target.closest?.(".value");
  if (event.key === "Escape" && value) restore(value);
});
