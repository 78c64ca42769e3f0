/* Typing a sheet without the mouse: a digit chooses, 0 clears, the arrows go from door to door, Enter saves.
   Without this script the page is a plain form. */
const form = document.querySelector("#rekey");
const rows = form ? [...form.querySelectorAll(".rekey-table tbody tr")] : [];

function go(row, step, field) {
  const next = rows[rows.indexOf(row) + step]?.querySelector(field);
  next?.focus();
  if (next instanceof HTMLInputElement) next.select();
}

for (const row of rows) {
  row.addEventListener("keydown", (event) => {
    const { target, key } = event;
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const isChoice = target instanceof HTMLSelectElement;
    if (key === "ArrowDown" || key === "ArrowUp") {
      event.preventDefault();
      go(row, key === "ArrowDown" ? 1 : -1, isChoice ? "select" : "input:not([type=hidden])");
    } else if (isChoice && /^[0-6]$/.test(key)) {
      event.preventDefault();
      target.value = key === "0" ? "" : [...target.options].find((option) => option.text.startsWith(`${key} `)).value;
      if (key !== "0") go(row, 1, "select");
    } else if (isChoice && (key === "ArrowRight" || key === "ArrowLeft")) {
      event.preventDefault();
      if (key === "ArrowRight") row.querySelector("input:not([type=hidden])").focus();
    } else if (key === "Enter") {
      event.preventDefault();
      form.requestSubmit();
    }
  });
}

(form?.querySelector(".is-invalid, .is-changed select") ?? rows[0]?.querySelector("select"))?.focus();
