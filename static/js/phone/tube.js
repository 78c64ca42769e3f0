// The tube in hand: its code, how full it is, and the next one. The portal has the last word; here it is only counted
// from the doors of this phone, so that a volunteer hears of a full tube at the door and not afterwards.

import { foldDoor, personOutcome, tubesAt } from "./fold.js";
import * as store from "./store.js";
import { say } from "./words.js";

const NONE = "-"; // somebody said that no tube is used
const LONGEST = 40;
const LOOK_EVERY = 250;
const $ = (id) => document.getElementById(id);
const sheet = $("tube-sheet");

let context = null; // { all, round, changed }
let looking = null;

// One spelling, as testing_rounds/swabs.py reads it.
export function readCode(text) {
  return text.normalize("NFKC").replace(/[\s\p{C}]/gu, "").toUpperCase().slice(0, LONGEST);
}

const keyOf = (all, round) => `${all.device?.id}:${round.id}`;

export function inHand(all, round) {
  const code = round?.pool ? all.tubes?.[keyOf(all, round)] : null;
  return code && code !== NONE ? code : null;
}

// Whom this mark would put into the tube: sampled by it, and in none yet.
function newcomers(view, words, rows) {
  const { door, state } = view;
  const tubes = tubesAt(door, rows);
  const told = Object.entries(words.people ?? {});
  const sampled = told.length ? told.filter(([, outcome]) => outcome === "done").map(([number]) => number) : words.outcome === "done" ? state.asked : [];
  return sampled.filter((number) => !tubes.has(number));
}

function countIn(code, doors, marks) {
  let inside = 0;
  const rooms = new Set();
  for (const door of doors) {
    const rows = marks.get(door.visit) ?? [];
    const tubes = tubesAt(door, rows);
    const state = foldDoor(door, rows);
    for (const [number, tube] of tubes) {
      if (tube !== code || personOutcome(state, number, door) !== "done") continue;
      inside += 1;
      rooms.add(door.visit);
    }
  }
  return { inside, rooms };
}

const isUsing = (round, marks) => round.doors.some((door) => tubesAt(door, marks.get(door.visit) ?? []).size);

// What a mark should say of the tube: { details } to go on, or { stop } with a sentence, or { ask } for the next tube.
export function placeInTube(all, round, marks, view, words) {
  const people = round?.pool ? newcomers(view, words, marks.get(view.door.visit) ?? []) : [];
  if (!people.length) return { details: {} };
  const code = inHand(all, round);
  if (!code) {
    const isSettled = all.tubes?.[keyOf(all, round)] === NONE;
    return isSettled || !isUsing(round, marks) ? { details: {} } : { ask: say("tube_none_yet") };
  }
  const { inside, rooms } = countIn(code, round.doors, marks);
  if (!round.pool.size) {
    const isOthers = inside > 0 && !rooms.has(view.door.visit);
    return isOthers ? { ask: say("tube_of_others", { code }) } : { details: { tube: code } };
  }
  const left = round.pool.size - inside;
  if (left <= 0) return { ask: say("tube_full", { code }) };
  if (people.length > left) return { stop: say("tube_room", { code, left }) };
  return { details: { tube: code } };
}

// --- the bar and the sheet ----------------------------------------------------------------------------

export function drawTube(all, round, marks) {
  context = { ...context, all, round };
  const bar = $("tube");
  const isShown = Boolean(all.device && round?.pool && !all.device.signed_out);
  bar.hidden = !isShown;
  document.body.classList.toggle("with-tube", isShown);
  if (!isShown) return;
  const code = inHand(all, round);
  const { inside } = code ? countIn(code, round.doors, marks) : { inside: 0 };
  const size = round.pool.size;
  $("tube-code").textContent = code ?? say("tube_none");
  $("tube-code").classList.toggle("is-none", !code);
  $("tube-count").textContent = !code ? "" : size ? `${inside}/${size}` : String(inside);
  $("tube-next").textContent = say(code ? "tube_next" : "tube_take");
  bar.classList.toggle("is-full", Boolean(code && size && inside >= size));
}

export function askForTube(why = "") {
  $("tube-why").textContent = why;
  $("tube-why").hidden = !why;
  $("tube-typed").value = "";
  $("tube-failed").hidden = true;
  $("tube-scan").hidden = !canScan();
  if (sheet.showModal) sheet.showModal();
  else sheet.setAttribute("open", "");
  $("tube-typed").focus();
}

function close() {
  stopLooking();
  if (sheet.close) sheet.close();
  else sheet.removeAttribute("open");
}

async function take(code) {
  const { all, round, changed } = context;
  if (code !== NONE && !code) {
    $("tube-failed").textContent = say("tube_type");
    $("tube-failed").hidden = false;
    return;
  }
  await store.remember("tubes", { ...all.tubes, [keyOf(all, round)]: code });
  close();
  changed();
}

// --- the camera, where the browser can read codes -------------------------------------------------------

const canScan = () => "BarcodeDetector" in window && Boolean(navigator.mediaDevices?.getUserMedia);

async function look() {
  const video = $("tube-camera");
  if (video.srcObject) {
    stopLooking();
    return;
  }
  $("tube-failed").hidden = true;
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
    video.srcObject = stream;
    if (!sheet.hasAttribute("open")) {
      stopLooking(); // put away while the browser was still asking
      return;
    }
    $("tube-scan").textContent = say("tube_stop");
    $("tube-torch").hidden = !torchOf(stream)?.getCapabilities?.().torch;
    video.hidden = false;
    await video.play();
    const detector = new BarcodeDetector();
    looking = setInterval(async () => {
      const [found] = await detector.detect(video).catch(() => []);
      const code = found && looking ? readCode(found.rawValue) : "";
      if (!code) return;
      stopLooking();
      navigator.vibrate?.(60);
      $("tube-typed").value = code; // shown, and taken by a tap: two codes may be in the picture
      $("tube-use").focus();
    }, LOOK_EVERY);
  } catch {
    stopLooking();
    $("tube-failed").textContent = say("tube_no_camera");
    $("tube-failed").hidden = false;
  }
}

const torchOf = (stream) => stream?.getVideoTracks()[0];

// Stairwells are dark, and a code is small.
async function light() {
  const torch = $("tube-torch");
  const isOn = torch.getAttribute("aria-pressed") !== "true";
  try {
    await torchOf($("tube-camera").srcObject)?.applyConstraints({ advanced: [{ torch: isOn }] });
    torch.setAttribute("aria-pressed", String(isOn));
  } catch {
    torch.hidden = true;
  }
}

function stopLooking() {
  clearInterval(looking);
  looking = null;
  const video = $("tube-camera");
  $("tube-scan").textContent = say("tube_scan");
  $("tube-torch").hidden = true;
  $("tube-torch").setAttribute("aria-pressed", "false");
  for (const track of video.srcObject?.getTracks() ?? []) track.stop();
  video.srcObject = null;
  video.hidden = true;
}

export function wireTube(changed) {
  context = { all: {}, round: null, changed };
  $("tube-next").addEventListener("click", () => askForTube());
  $("tube-form").addEventListener("submit", (event) => { event.preventDefault(); take(readCode($("tube-typed").value)); });
  $("tube-without").addEventListener("click", () => take(NONE));
  $("tube-close").addEventListener("click", close);
  $("tube-scan").addEventListener("click", look);
  $("tube-torch").addEventListener("click", light);
  sheet.addEventListener("close", stopLooking);
}
