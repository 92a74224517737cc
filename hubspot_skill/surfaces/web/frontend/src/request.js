// What every request of htmx carries and shows: the session's token, the thin bar, and a failure that nobody answered.
const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";

export const base = meta("base");
export const token = () => meta("csrf");

export function say(text) {
  const region = document.getElementById("said");
  if (region) region.textContent = text;
}

document.addEventListener("htmx:config:request", (event) => {
  const { request } = event.detail.ctx;
  if (request.method !== "GET") request.headers["X-CSRF-Token"] = token();
});

let waiting = 0;
const count = (step) => {
  waiting = Math.max(0, waiting + step);
  document.body.classList.toggle("busy", waiting > 0);
};
document.addEventListener("htmx:before:request", () => count(1));
document.addEventListener("htmx:finally:request", () => count(-1));

document.addEventListener("htmx:error", (event) => {
  if (event.detail.ctx?.response) return;
  const toasts = document.getElementById("toasts");
  if (!toasts || toasts.querySelector("[data-lost]")) return;
  const lost = document.createElement("div");
  lost.className = "toast";
  lost.dataset.lost = "";
  lost.setAttribute("role", "alert");
  lost.textContent = `The server did not answer at ${new Date().toLocaleTimeString()}. What you see is from before; load the page again to retry.`;
  toasts.append(lost);
});

// A form that comes back with errors: its summary takes the focus, once it is there.
document.addEventListener("htmx:after:swap", () => {
  document.querySelector("dialog[open] [data-focus], .value [data-focus]")?.focus();
});

// The dashboard fetches itself again each minute, until a person pauses it.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-pause]");
  if (!button) return;
  const isPaused = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(isPaused));
  say(isPaused ? "Updates are paused." : "Updates go on.");
});
document.addEventListener("htmx:before:request", (event) => {
  const isTimed = event.detail.ctx.sourceElement?.id === "figures";
  if (isTimed && (document.hidden || document.querySelector("[data-pause][aria-pressed=true]"))) event.preventDefault();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.closest("dd").querySelector("code").textContent);
  say("Copied.");
});
