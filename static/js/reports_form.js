// Drags fields onto the cells of a form. It only fills in the same form that also works by clicking and choosing, sends
// it, and puts the new grid where the old one was, so that the page keeps its place.
"use strict";
const form = document.querySelector("#place-form");
const area = document.querySelector("#grid-area");
const palette = document.querySelector("#palette");
let dragged = null;

function fieldOf(name) {
  return form.elements[name];
}

async function put(cell, field, way) {
  fieldOf("cell").value = cell;
  fieldOf("field").value = field;
  fieldOf("way").value = way;
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (answer.status !== 200 || answer.redirected === false) {
    form.submit(); // refused: the page that says why
    return;
  }
  for (const id of ["grid-area", "save-area"]) {
    document.getElementById(id)?.replaceChildren(...(page.getElementById(id)?.childNodes ?? []));
  }
}

if (form && area && palette) {
  palette.hidden = false;
  palette.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("[data-field]");
    if (!dragged) return;
    event.dataTransfer.setData("text/plain", dragged.dataset.field);
    event.dataTransfer.effectAllowed = "copy";
    dragged.classList.add("is-dragged");
  });
  palette.addEventListener("dragend", () => dragged?.classList.remove("is-dragged"));
  area.addEventListener("dragover", (event) => {
    const cell = event.target.closest("[data-cell]");
    if (!cell || !dragged) return;
    event.preventDefault();
    for (const other of area.querySelectorAll(".is-over")) other.classList.remove("is-over");
    cell.classList.add("is-over");
  });
  area.addEventListener("drop", (event) => {
    const cell = event.target.closest("[data-cell]");
    if (!cell || !dragged) return;
    event.preventDefault();
    const chosen = fieldOf("way").value;
    const { field, way, buildings } = dragged.dataset;
    put(cell.dataset.cell, field, buildings === undefined || chosen === "cell" ? way : chosen);
    dragged = null;
  });
  area.addEventListener("click", (event) => {
    const cell = event.target.closest("[data-cell]");
    if (!cell) return;
    event.preventDefault();
    fieldOf("cell").value = cell.dataset.cell;
    for (const other of area.querySelectorAll(".is-chosen")) other.classList.remove("is-chosen");
    cell.classList.add("is-chosen");
    fieldOf("field").focus({ preventScroll: window.innerWidth > 992 });
  });
}
