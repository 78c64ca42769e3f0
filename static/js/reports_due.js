// Counts down beside the deadline of a report. Without script the time left stands as it was when the page was made.
"use strict";
const clocks = document.querySelectorAll("[data-due]");

function count() {
  for (const clock of clocks) {
    const words = clock.dataset;
    const left = (new Date(words.due) - Date.now()) / 60000;
    const minutes = left > 0 ? Math.ceil(left) : Math.floor(-left);
    const span = (minutes < 60 ? words.minutes : words.hours).replace("{h}", Math.floor(minutes / 60)).replace("{m}", minutes % 60);
    clock.textContent = left > 0 ? words.left.replace("{t}", span) : `! ${words.late.replace("{t}", span)}`;
    if (left <= 0) clock.className = "pill o-refused";
  }
}

if (clocks.length) setInterval(count, 20000);
