// Selecting rows: the head box selects the page, Shift extends, and the bar says how many.
let last = null;

function tell(list) {
  const picked = list.querySelectorAll("input[name=id]:checked").length;
  const told = list.querySelector("[data-picked]");
  if (told) told.textContent = `${picked} selected`;
  const head = list.querySelector("[data-all]");
  const all = list.querySelectorAll("input[name=id]").length;
  if (head) {
    head.checked = picked > 0 && picked === all;
    head.indeterminate = picked > 0 && picked < all;
  }
}

document.addEventListener("click", (event) => {
  const box = event.target.closest(".list input[type=checkbox]");
  if (!box) return;
  const list = box.closest(".list");
  const boxes = [...list.querySelectorAll("input[name=id]")];
  if ("all" in box.dataset) boxes.forEach((other) => { other.checked = box.checked; });
  else if (event.shiftKey && last && boxes.includes(last)) {
    const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
    boxes.slice(from, to + 1).forEach((other) => { other.checked = box.checked; });
  }
  if (box.name === "id") last = box;
  tell(list);
});
document.addEventListener("click", (event) => {
  const clear = event.target.closest("[data-clear]");
  if (!clear) return;
  const list = clear.closest(".list");
  list.querySelectorAll("input[name=id]").forEach((box) => { box.checked = false; });
  tell(list);
});

// Columns in the order of their list: up and down.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-up], [data-down]");
  if (!button) return;
  const item = button.closest("li");
  const other = "up" in button.dataset ? item.previousElementSibling : item.nextElementSibling;
  if (!other) return;
  if ("up" in button.dataset) other.before(item);
  else other.after(item);
  button.focus();
});
