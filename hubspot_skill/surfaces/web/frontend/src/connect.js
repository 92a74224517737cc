// Asks the server for HubSpot's address and opens it. A form cannot do so: its redirect to another site is forbidden here.
const form = document.querySelector("form[data-connect]");
const said = document.querySelector("[data-said]");

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  said.textContent = "Opening HubSpot …";
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      headers: { "Accept": "application/json" },
      body: new URLSearchParams(new FormData(form)),
    });
    const body = await answer.json();
    if (answer.ok) {
      window.location.assign(body.location);
      return;
    }
    said.textContent = `${body.detail}. ${body.hint}`;
  } catch {
    said.textContent = "The server did not answer. Is it still running?";
  }
  button.disabled = false;
});
