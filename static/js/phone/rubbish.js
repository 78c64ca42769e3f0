// Rubbish at the door: taken, nothing out, missed - each one tap - and how many bags were taken, where somebody counts
// them. The count travels in the mark's details; sanitation/collecting.py reads it.

import { say } from "./words.js";

const MOST = 99;

// How many the door's last word tells of: this phone's own mark, else what the portal told.
export function countsText(view) {
  const { state, door } = view;
  if (state.outcome !== "done") return "";
  const told = state.last ? state.last.details ?? {} : state.latest && state.latest === door.latest ? door.counted ?? {} : {};
  return (view.counts ?? []).filter((kind) => Number(told[kind]) > 0).map((kind) => say(`count.${kind}`, { n: told[kind] })).join(" · ");
}

export function countDetails(draft) {
  const told = Object.entries(draft.counts).filter(([, n]) => n > 0).map(([kind, n]) => [kind, String(n)]);
  return told.length ? { details: Object.fromEntries(told) } : {};
}

export function touchCount({ draft }, touched) {
  const [kind, step] = touched.split(":");
  draft.counts[kind] = Math.min(MOST, Math.max(0, (draft.counts[kind] ?? 0) + (step === "more" ? 1 : -1)));
}

function drawCount(kind, n) {
  const node = document.getElementById("count-piece").content.firstElementChild.cloneNode(true);
  const name = say(`counts.${kind}`);
  node.querySelector("[data-part=name]").textContent = name;
  node.querySelector("output").textContent = n;
  for (const button of node.querySelectorAll("button")) {
    const step = button.dataset.count;
    button.dataset.count = `${kind}:${step}`;
    button.setAttribute("aria-label", `${name}: ${say(`counts.${step}`)}`);
    if (step === "fewer") button.disabled = n <= 0;
  }
  return node;
}

// Yellow bags must leave within a day: on their route they are counted at each door. Others, behind "More".
export function drawRubbish(node, parts, view) {
  const { words, counts, draft, isOpen } = view;
  const missed = node.querySelector("[data-deed=nobody_home]");
  missed.textContent = words.nobody_home;
  const nothing = missed.cloneNode(true);
  nothing.dataset.deed = "elsewhere";
  nothing.textContent = words.elsewhere;
  missed.before(nothing);
  node.querySelector(".acts-main").classList.add("acts-rubbish");
  const shown = (counts ?? []).filter((kind) => isOpen || kind in draft.counts || counts.includes("yellow"));
  parts.more.before(...shown.map((kind) => drawCount(kind, draft.counts[kind] ?? 0)));
}
