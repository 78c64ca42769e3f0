// Counts down beside the deadline of a report. Without script the number stands as it was when the page was made.
"use strict";
const clocks = document.querySelectorAll("[data-due]");
function count() {
  for (const clock of clocks) {
    const left = (new Date(clock.dataset.due) - Date.now()) / 60000;
    const words = left > 0 ? clock.dataset.left : clock.dataset.late;
    const mark = left > 0 ? "" : "! ";
    clock.textContent = mark + words.replace("%n", Math.max(0, left > 0 ? Math.ceil(left) : Math.floor(-left)));
    if (left <= 0) clock.className = "pill o-refused";
  }
}
if (clocks.length) setInterval(count, 20000);
