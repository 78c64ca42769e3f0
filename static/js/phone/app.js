// My doors. The page shows what is kept on this phone and nothing else; the network only ever changes what is kept.

import { answersAt, hasAnswers, isDue, tellNegative, tellTicked, touchTest } from "./antigen.js";
import { bind, codeIn } from "./bind.js";
import { foldDoor, isAnswered, outcomeOfPeople, peopleAt } from "./fold.js";
import { drawPanel, openPanel, wirePanel } from "./panel.js";
import { drawParts, wireParts } from "./parts.js";
import { countDetails, touchCount } from "./rubbish.js";
import { keepShell, shell, takeNewShell } from "./shell.js";
import * as store from "./store.js";
import { openBag, wireBags } from "./supplies.js";
import { photos, sendPhotos } from "./supplies_photo.js";
import * as sync from "./sync.js";
import { askForTube, drawTube, placeInTube, wireTube } from "./tube.js";
import { Stairs } from "./view.js";
import { has, say, time } from "./words.js";

const REFRESH = 120_000;
const $ = (id) => document.getElementById(id);

const stairs = new Stairs($("doors"));
const ui = { round: null, hidden: new Set(), onlyMissing: false, onlyHome: false, onlyDue: false, open: new Set(), drafts: new Map(), failed: new Map(), busy: new Set(), storeFailed: false };
let all = { device: null, devices: [], outbox: [], receipts: [], feed: null, persisted: null, tubes: {} };
let views = [];
const channel = "BroadcastChannel" in window ? new BroadcastChannel("shoulou") : null;

// --- what is shown --------------------------------------------------------------------------------

function draftOf(visit) {
  if (!ui.drafts.has(visit)) ui.drafts.set(visit, { people: {}, answers: {}, counts: {}, note: "", asking: null });
  return ui.drafts.get(visit);
}

// This phone's marks by door, in the order they were made. Those the list already shows, or that were only kept for
// a person, no longer colour the door.
function marksByVisit() {
  const since = all.feed?.started_at ?? 0;
  const rank = new Map([...all.devices].sort((one, other) => one.bound_at - other.bound_at).map((device, index) => [device.id, index]));
  const isMine = ownDevices();
  const shown = all.receipts.filter((row) => row.result !== "held" && row.sent_at >= since);
  const rows = [...all.outbox, ...shown].filter((row) => isMine.has(row.device));
  rows.sort((one, other) => rank.get(one.device) - rank.get(other.device) || one.seq - other.seq);
  const byVisit = new Map();
  for (const row of rows) byVisit.set(row.visit, [...byVisit.get(row.visit) ?? [], row]);
  return byVisit;
}

// The keys this volunteer has had on this phone: marks of an earlier sign-in still colour the doors, a stranger's do not.
function ownDevices() {
  const { device, devices } = all;
  return new Set(devices.filter((one) => device && one.volunteer === device.volunteer && one.compound === device.compound).map((one) => one.id));
}

function viewDoor(door, rows, { words, kind, counts }, told, unsent) {
  const isAntigen = kind === "antigen" && door.heads > 0;
  const state = foldDoor(door, rows);
  const last = rows.at(-1);
  let word = "";
  let isWordQuiet = false;
  if (told) {
    word = told.result === "stored" ? told.message : told.result === "conflict" ? say("conflict") : say("held", { why: has(`reason.${told.reason}`) ? say(`reason.${told.reason}`) : told.message });
  } else if (last?.outcome === "cleared") {
    word = `${say("outcome.cleared")} · ${say(unsent.has(last.id) ? "saved_at" : "sent_at", { time: time(last.marked_at) })}`;
    isWordQuiet = true;
  }
  return {
    door, state, words, word, isWordQuiet, counts: counts ?? null, answers: isAntigen ? answersAt(door, rows) : null,
    isOpen: ui.open.has(door.visit), draft: draftOf(door.visit), failed: ui.failed.get(door.visit) ?? "",
  };
}

function currentRound() {
  const rounds = all.feed?.rounds ?? [];
  return rounds.find((round) => round.id === ui.round) ?? rounds[0] ?? null;
}

function leftOf(round, marks) {
  return round.doors.filter((door) => !isAnswered(foldDoor(door, marks.get(door.visit) ?? []).outcome)).length;
}

function draw() {
  const began = performance.now();
  const round = all.device ? currentRound() : null;
  const marks = all.device ? marksByVisit() : new Map();
  const unsent = new Set(all.outbox.map((row) => row.id));
  const isMine = ownDevices();
  const told = new Map(all.receipts.filter((row) => row.message_open && isMine.has(row.device)).map((row) => [row.visit, row]));
  views = round ? round.doors.map((door) => viewDoor(door, marks.get(door.visit) ?? [], round, told.get(door.visit), unsent)) : [];
  const left = views.filter((view) => !isAnswered(view.state.outcome)).length;
  if (!ui.onlyMissing) ui.hidden = new Set();
  const isApart = (view) => (ui.onlyHome && !needsHome(view)) || (ui.onlyDue && !isDue(view) && !view.isOpen);
  const hidden = new Set([...ui.hidden, ...views.filter(isApart).map((view) => view.door.visit)]);
  stairs.draw(views, { unsent, canMark: Boolean(all.device && !all.device.signed_out), hidden });
  drawHead(round, left);
  drawTube(all, round, marks);
  drawFilters();
  drawRounds(round, marks);
  drawSync();
  drawBanners();
  $("instructions").textContent = round?.instructions ?? "";
  $("instructions").hidden = !round?.instructions;
  $("unbound").hidden = Boolean(all.device);
  $("nothing").hidden = !all.device || Boolean(round?.doors.length) || !all.feed;
  $("all-done").hidden = !views.length || left > 0 || views.some(isDue);
  $("thumb").hidden = !all.device;
  if (all.device) drawPanel(all, all.outbox.length);
  drawParts(all.device, all.feed);
  performance.measure("draw", { start: began });
}

function drawHead(round, left) {
  $("stair-todo").hidden = !round || all.feed.rounds.length > 1; // the tabs say as much
  if (!round) return;
  $("where").textContent = round.segments.join(say("comma")) || round.title;
  $("round-title").textContent = round.title;
  $("todo").textContent = left ? say("left", { n: left }) : say("none_left");
  $("walked").style.width = views.length ? `${Math.round((1 - left / views.length) * 100)}%` : "0";
}

const needsHome = (view) => view.door.needs.includes("needs_home_visit");

// Who cannot come down is visited at home: a round of their own inside the round.
function drawFilters() {
  const home = views.filter(needsHome);
  const button = $("only-home");
  if (!home.length && ui.onlyHome) ui.onlyHome = false;
  const isApart = home.length > 0 && home.length < views.length;
  const due = views.filter(isDue);
  if (!due.length) ui.onlyDue = false;
  $("filters").hidden = !isApart && !due.length;
  button.hidden = !isApart;
  $("only-due").hidden = !due.length;
  $("only-due").textContent = say("antigen_due", { n: due.length });
  $("only-due").setAttribute("aria-pressed", String(ui.onlyDue));
  button.textContent = say("home_visits", { n: home.filter((view) => !isAnswered(view.state.outcome)).length });
  button.setAttribute("aria-pressed", String(ui.onlyHome));
}

function drawRounds(current, marks) {
  const rounds = all.feed?.rounds ?? [];
  const box = $("rounds");
  box.hidden = !all.device || rounds.length < 2;
  if (box.hidden) return;
  const look = JSON.stringify(rounds.map((round) => [round.id, round.title, leftOf(round, marks), round === current]));
  if (box.dataset.look === look) return;
  box.dataset.look = look;
  const focused = document.activeElement?.dataset?.round;
  box.replaceChildren(...rounds.map((round) => {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.round = round.id;
    button.setAttribute("aria-pressed", String(round === current));
    button.textContent = `${round.title} · ${leftOf(round, marks)}`;
    return button;
  }));
  if (focused) box.querySelector(`[data-round="${focused}"]`)?.focus({ preventScroll: true });
}

function drawSync() {
  const n = all.outbox.length;
  const isOff = sync.line.problem === "offline";
  const [state, text] = sync.line.sending && !isOff ? ["sending", say("sending", { n: sync.line.sending })]
    : n ? ["unsent", say(isOff ? "offline_unsent" : "unsent", { n })]
    : isOff ? ["offline", say("offline")]
    : ["sent", all.device ? say("all_sent") : ""];
  const pill = $("sync");
  if (pill.textContent !== text) pill.textContent = text;
  pill.dataset.state = state;
  const send = $("send");
  const label = n ? say("send_n", { n }) : say("send");
  if (send.textContent !== label) send.textContent = label;
  send.classList.toggle("is-due", n > 0);
}

function bannerList() {
  const own = all.outbox.filter((row) => row.device === all.device?.id).length;
  const list = [];
  if (ui.storeFailed) list.push({ text: say("bind_no_store"), tone: "bad" });
  if (all.device?.signed_out) list.push({ text: say("signed_out", { n: own }), tone: "bad" });
  for (const device of all.devices) {
    const n = all.outbox.filter((row) => row.device === device.id).length;
    if (n && device.id !== all.device?.id) list.push({ text: say("other_unsent", { n, name: device.volunteer }), tone: "warn" });
  }
  if (["not_portal", "server_down"].includes(sync.line.problem)) list.push({ text: say(sync.line.problem), tone: "warn" });
  const missing = all.device?.missing ?? [];
  if (missing.length) list.push({ text: say("missing", { n: missing.length, list: missing.slice(0, 10).join(", ") }), tone: "bad" });
  if (photos.waiting) list.push({ text: say("photos_waiting", { n: photos.waiting }), tone: "calm" });
  if (photos.refused) list.push({ text: say("photo_refused", { why: photos.refused }), tone: "warn" });
  if (!shell.isPossible) list.push({ text: say("no_worker"), tone: "warn", guide: true });
  if (shell.isNewer) list.push(all.outbox.length ? { text: say("update_later"), tone: "calm" } : { text: say("update"), tone: "calm", deed: "update" });
  return list;
}

function drawBanners() {
  const list = bannerList();
  const box = $("banners");
  const look = JSON.stringify(list);
  if (box.dataset.look === look) return;
  box.dataset.look = look;
  box.replaceChildren(...list.map(({ text, tone, deed, guide }) => {
    const node = $("banner-piece").content.firstElementChild.cloneNode(true);
    node.classList.add(`is-${tone}`);
    node.querySelector("[data-part=text]").textContent = text;
    const button = node.querySelector("[data-part=button]");
    button.hidden = !deed;
    if (deed) button.textContent = say("update_now");
    node.querySelector("[data-part=guide]").hidden = !guide;
    return node;
  }));
}

// --- keeping up ------------------------------------------------------------------------------------

let reading = null;
let readAgain = false;

// One read at a time; whoever asks meanwhile gets the next one.
function reload() {
  if (reading) { readAgain = true; return reading; }
  reading = (async () => {
    do {
      readAgain = false;
      all = await store.readAll();
    } while (readAgain);
    reading = null;
    draw();
  })().catch((error) => { reading = null; throw error; });
  return reading;
}

function changed() {
  channel?.postMessage("changed");
  reload().then(() => { if (photos.waiting && !all.outbox.length) sendPhotos(); }, noStore);
}

function noStore() {
  ui.storeFailed = true;
  draw();
}

async function refresh({ byHand = false } = {}) {
  if (sync.isPaused() && !byHand) return sync.send();
  if (!all.device) return sync.send({ byHand });
  const isReached = await sync.fetchDoors(all.device, all.feed?.etag);
  if (isReached || all.outbox.length) await sync.send({ ping: isReached, byHand });
  sendPhotos();
  // What was kept for a person, or met another mark, looks different on the portal than here.
  const since = all.feed?.started_at ?? 0;
  await reload();
  if (all.receipts.some((row) => row.message_open && row.sent_at > since)) await sync.fetchDoors(all.device, all.feed?.etag);
}

const ABSENT = new Set(["asleep", "away"]); // why nobody opened; rounds/board.py knows what each asks for

// --- deeds -------------------------------------------------------------------------------------------

function cleanNote(text) {
  const whole = text.toWellFormed ? text.toWellFormed() : text;
  return whole.replaceAll("\0", "").trim().slice(0, 200);
}

async function mark(view, words) {
  const { visit } = view.door;
  if (ui.busy.has(visit) || !all.device || all.device.signed_out) return;
  const { details, ask, stop } = placeInTube(all, currentRound(), marksByVisit(), view, words);
  if (ask) return askForTube(ask);
  if (stop) {
    ui.failed.set(visit, stop);
    ui.open.add(visit);
    return draw();
  }
  ui.busy.add(visit);
  try {
    const row = await store.saveMark(all.device.id, { visit, people: {}, note: "", undoes: null, saw: view.state.latest, details, ...words });
    ui.failed.delete(visit);
    ui.drafts.delete(visit);
    ui.open.delete(visit);
    await reload();
    channel?.postMessage("changed");
    sync.sendSoon();
    protectStorage();
    return row;
  } catch (error) {
    ui.failed.set(visit, say("not_saved", { why: say(error?.name === "QuotaExceededError" ? "full" : "broken") }));
    draw();
  } finally {
    ui.busy.delete(visit);
  }
}

async function protectStorage() {
  if (all.persisted !== null || !navigator.storage?.persist) return;
  await store.remember("persisted", await navigator.storage.persist()).catch(() => {});
}

function toggle(visit) {
  if (ui.open.has(visit)) ui.open.delete(visit);
  else ui.open.add(visit);
  draw();
  $(`door-${visit}`)?.scrollIntoView({ block: "nearest", behavior: "instant" });
}

function touchPerson(view, number, what) {
  const { draft } = view;
  const isJustAdded = number > view.door.heads && !(number in view.state.told) && number in draft.people;
  if (what === "done" && isJustAdded && draft.people[number] === "done") delete draft.people[number]; // added by mistake
  else if (what === "not") draft.asking = draft.asking === number ? null : number;
  else {
    draft.people[number] = what;
    if (what !== "done") delete draft.answers[number];
    draft.asking = null;
  }
  draw();
}

function addPerson(view) {
  const last = Math.max(view.door.heads, ...peopleAt(view.door, view.state, view.draft).map((person) => person.n));
  view.draft.people[last + 1] = "done";
  draw();
}

function act(view, button) {
  const { deed, person, test, count } = button.dataset;
  const note = cleanNote(view.draft.note);
  if (person) return touchPerson(view, Number(button.closest("li[data-person]").dataset.person), person);
  if (test) {
    touchTest(view, Number(button.closest("li[data-person]").dataset.person), test);
    return draw();
  }
  if (count) {
    touchCount(view, count);
    return draw();
  }
  if (deed === "negative") return mark(view, tellNegative(view, note));
  if (deed === "people" && hasAnswers(view.draft)) return mark(view, tellTicked(view, note));
  if (deed === "add") return addPerson(view);
  if (deed === "more" && view.door.bags) return openBag(view, currentRound());
  if (deed === "more" || deed === "open") return toggle(view.door.visit);
  if (deed === "undo") return mark(view, { outcome: "cleared", undoes: view.state.latest });
  if (deed === "people") {
    const { people } = view.draft;
    return mark(view, { outcome: outcomeOfPeople(view.state, people, view.door), people, note });
  }
  if (ABSENT.has(deed)) return mark(view, { outcome: "nobody_home", note, details: { absent: deed } });
  return mark(view, { outcome: deed, note, ...deed === "done" ? countDetails(view.draft) : {} });
}

function wire() {
  $("doors").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    const view = button && views.find((one) => String(one.door.visit) === button.closest("[data-visit]").dataset.visit);
    if (view) act(view, button);
  });
  $("doors").addEventListener("input", (event) => {
    if (event.target.matches("[data-part=note]")) draftOf(Number(event.target.closest("[data-visit]").dataset.visit)).note = event.target.value;
  });
  $("rounds").addEventListener("click", (event) => {
    const { round } = event.target.closest("button")?.dataset ?? {};
    if (!round) return;
    ui.round = Number(round);
    setOnlyMissing(false);
    scrollTo(0, 0);
  });
  $("only-missing").addEventListener("click", () => setOnlyMissing(!ui.onlyMissing));
  $("send").addEventListener("click", () => refresh({ byHand: true }));
  $("this-phone").addEventListener("click", openPanel);
  $("banners").addEventListener("click", (event) => {
    if (event.target.closest("button") && all.outbox.length === 0) takeNewShell();
  });
  $("paste").addEventListener("submit", pasteInvite);
  $("only-home").addEventListener("click", () => { ui.onlyHome = !ui.onlyHome; draw(); });
  $("only-due").addEventListener("click", () => { ui.onlyDue = !ui.onlyDue; draw(); });
  wireTube(changed);
  photos.tell = draw;
  wireBags({ mark, clean: cleanNote, device: () => all.device, fail: (visit, why) => { ui.failed.set(visit, why); draw(); } });
  wirePanel(() => all.outbox.length, changed);
  wireParts({ device: () => all.device, refresh, countUnsent: async () => { await reload(); return all.outbox.length; } });
}

// Decided at the tap: a door answered while the filter is on stays in sight, with its undo.
function setOnlyMissing(isOn) {
  ui.onlyMissing = isOn;
  ui.hidden = new Set(isOn ? views.filter((view) => isAnswered(view.state.outcome)).map((view) => view.door.visit) : []);
  $("only-missing").setAttribute("aria-pressed", String(isOn));
  draw();
}

async function pasteInvite(event) {
  event.preventDefault();
  const code = codeIn($("paste-link").value);
  const problem = code ? await bind(code) : "bad_request";
  $("paste-failed").textContent = problem && say(has(problem) ? problem : "bad_request");
  $("paste-failed").hidden = !problem;
  if (problem) return;
  $("paste-link").value = "";
  await reload();
  await refresh();
}

async function main() {
  wire();
  sync.start(changed);
  channel?.addEventListener("message", () => reload().catch(noStore));
  keepShell(draw);
  try {
    await reload();
  } catch {
    return noStore();
  }
  addEventListener("online", () => refresh());
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") refresh(); });
  setInterval(() => { if (document.visibilityState === "visible") refresh(); }, REFRESH * (0.8 + Math.random() * 0.4));
  await refresh();
}

main();
