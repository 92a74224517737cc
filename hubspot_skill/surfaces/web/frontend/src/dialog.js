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
