// What happened with the bag, where "given" does not say it: left at the door, fewer, damaged, swapped, kept, refused.
// A sheet at the thumb. It makes one mark as every other, whose details supplies/handing.py reads.

import { isPossible, readImage, savePhoto, sendPhotos } from "./supplies_photo.js";
import { say } from "./words.js";

// What each word goes with; the same table as supplies/handing.py.
const OUTCOME_OF = { given: "done", left: "done", passed: "done", short: "partly", damaged: "partly", swapped: "done", refused: "refused", kept: "nobody_home" };
const OF_ONE_LINE = new Set(["short", "damaged", "swapped"]);
const DAYS_AHEAD = [1, 2, 3, 7];
const DAY = 24 * 3600 * 1000;

const $ = (id) => document.getElementById(id);
const sheet = $("bag-sheet");
const form = $("bag-form");

let deeds = null; // { mark, changed }
let door = null; // { view, lines }
let draft = null;

// What the door's last word says of the bag: this phone's own mark, else what the portal told.
export function bagText(view) {
  const { state } = view;
  const details = state.last ? state.last.details ?? {} : state.latest && state.latest === view.door.latest ? { handover: view.door.said } : {};
  if (!details.handover || OUTCOME_OF[details.handover] !== state.outcome) return "";
  return say(`handover.${details.handover}`) + (details.until ? ` ${shortDay(details.until)}` : "");
}

const shortDay = (text) => text.slice(5).replace(/^0/, "").replace("-0", "-");

function isoDay(ahead) {
  return new Intl.DateTimeFormat("en-CA", { timeZone: "Asia/Shanghai" }).format(new Date(Date.now() + ahead * DAY));
}

// --- the sheet ----------------------------------------------------------------------------------------

export function openBag(view, round) {
  door = { view, bags: view.door.bags ?? [], lines: round.lines ?? [] };
  draft = { handover: "", line: door.bags[0]?.line ?? null, count: null, swap: "", until: "", photo: null, problem: "" };
  $("bag-note").value = "";
  $("bag-day").value = "";
  $("bag-day").min = isoDay(0);
  $("bag-title").textContent = view.door.rooms ?? view.door.room;
  $("bag-what").textContent = door.bags.map(({ name, n }) => `${name} ×${n}`).join(" + ");
  draw();
  if (sheet.showModal) sheet.showModal();
  else sheet.setAttribute("open", "");
}

function close() {
  if (sheet.close) sheet.close();
  else sheet.removeAttribute("open");
  draft = null;
}

const bag = () => door.bags.find(({ line }) => line === draft.line) ?? door.bags[0] ?? { line: null, n: 1, name: "" };

function limits() {
  const { n } = bag();
  return draft.handover === "short" ? { least: 0, most: Math.max(0, n - 1), first: Math.max(0, n - 1) } : { least: 1, most: n, first: draft.handover === "damaged" ? 1 : n };
}

function choose(handover) {
  draft.handover = handover;
  draft.count = OF_ONE_LINE.has(handover) ? limits().first : null;
  if (OUTCOME_OF[handover] === "nobody_home") draft.photo = null; // nothing was handed over: no picture goes unseen
  if (handover === "kept" && !draft.until) draft.until = isoDay(1);
  draw();
}

function chips(box, choices, chosen, key) {
  box.replaceChildren(...choices.map(([value, text]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "tick";
    button.dataset[key] = value;
    button.setAttribute("aria-pressed", String(String(value) === String(chosen)));
    button.textContent = text;
    return button;
  }));
}

function show(id, isShown) {
  $(id).hidden = !isShown;
}

function draw() {
  const { handover } = draft;
  const isOfOne = OF_ONE_LINE.has(handover);
  for (const button of $("bag-choices").querySelectorAll("[data-handover]")) button.setAttribute("aria-pressed", String(button.dataset.handover === handover));
  show("bag-line", isOfOne && door.bags.length > 1);
  chips($("bag-line-choices"), door.bags.map(({ line, name, n }) => [line, `${name} ×${n}`]), draft.line, "line");
  show("bag-count", isOfOne && bag().n >= 1 && !(handover !== "short" && bag().n === 1));
  if (isOfOne) {
    $("bag-count-word").textContent = say(`count.${handover}`);
    $("bag-number").textContent = say("count_of", { n: draft.count, all: bag().n });
    const { least, most } = limits();
    $("bag-fewer").disabled = draft.count <= least;
    $("bag-more").disabled = draft.count >= most;
  }
  show("bag-swap", handover === "swapped");
  chips($("bag-swap-choices"), [["", say("same_again")], ...door.lines.filter(({ id }) => id !== bag().line).map(({ id, name }) => [id, name])], draft.swap, "swap");
  show("bag-until", handover === "kept");
  chips($("bag-days"), DAYS_AHEAD.map((ahead) => [isoDay(ahead), ahead === 1 ? say("tomorrow") : shortDay(isoDay(ahead))]), draft.until, "day");
  if ($("bag-day").value !== draft.until) $("bag-day").value = draft.until;
  show("bag-photo", isPossible && Boolean(handover) && OUTCOME_OF[handover] !== "nobody_home");
  show("bag-picture", Boolean(draft.photo));
  show("bag-photo-drop", Boolean(draft.photo));
  $("bag-failed").textContent = draft.problem;
  show("bag-failed", Boolean(draft.problem));
  $("bag-save").disabled = !handover || (handover === "kept" && !draft.until);
}

function detailsOf() {
  const details = { handover: draft.handover };
  if (OF_ONE_LINE.has(draft.handover)) {
    details.count = String(draft.count);
    if (draft.line !== null) details.line = String(draft.line);
    if (draft.handover === "swapped" && draft.swap) details.for = String(draft.swap);
  }
  if (draft.handover === "kept") details.until = draft.until;
  return details;
}

async function save() {
  const { view } = door;
  const { photo } = draft;
  const details = detailsOf();
  const note = $("bag-note").value;
  close();
  const row = await deeds.mark(view, { outcome: OUTCOME_OF[details.handover], details, note: deeds.clean(note) });
  if (!row || !photo) return;
  const isKept = await savePhoto(row, deeds.device(), photo).then(() => true, () => false);
  if (!isKept) deeds.fail(view.door.visit, say("photo_not_kept")); // the handover itself is safe
  else sendPhotos();
}

async function takePhoto(file) {
  $("bag-file").value = "";
  if (!file) return;
  const owner = draft;
  try {
    const photo = await readImage(file, $("bag-picture"));
    if (owner !== draft) return;
    draft.photo = photo;
    draft.problem = "";
  } catch {
    if (owner !== draft) return;
    draft.photo = null;
    draft.problem = say("photo_unreadable");
  }
  draw();
}

function act({ dataset, id }) {
  if (dataset.handover) choose(dataset.handover);
  else if (dataset.line) { draft.line = Number(dataset.line); draft.count = limits().first; draw(); }
  else if (dataset.swap !== undefined) { draft.swap = dataset.swap; draw(); }
  else if (dataset.day) { draft.until = dataset.day; draw(); }
  else if (id === "bag-fewer" || id === "bag-more") { draft.count += id === "bag-more" ? 1 : -1; draw(); }
  else if (id === "bag-photo-drop") { draft.photo = null; draw(); }
  else if (id === "bag-close") close();
}

export function wireBags(given) {
  deeds = given;
  sheet.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button && draft) act(button);
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); if (draft?.handover) save(); });
  $("bag-day").addEventListener("input", (event) => { draft.until = event.target.value >= isoDay(0) ? event.target.value : ""; draw(); });
  $("bag-file").addEventListener("change", (event) => takePhoto(event.target.files[0]));
}
