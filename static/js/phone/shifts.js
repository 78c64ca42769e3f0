// Shifts on the phone. Each tap needs the portal's yes, so nothing is kept for later here.

import * as store from "./store.js";
import { ask } from "./sync.js";
import { say } from "./words.js";

const $ = (id) => document.getElementById(id);
const zone = { timeZone: "Asia/Shanghai" };
const locale = document.documentElement.lang === "en" ? "en-GB" : "zh-CN";
const dayName = new Intl.DateTimeFormat(locale, { ...zone, month: "numeric", day: "numeric", weekday: "short" });
const clock = new Intl.DateTimeFormat(locale, { ...zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
let device = null;

function put(node, text) {
  node.textContent = text;
  node.hidden = !text;
}

function withLanguage(path) {
  const { lang } = document.documentElement;
  return lang === "zh-hans" ? path : `${path}?lang=${encodeURIComponent(lang)}`;
}

function problemOf(reply) {
  if (reply.status === 0) return say("offline");
  return reply.body?.message || say("server_down");
}

const isOurs = (reply) => reply.status === 200 && reply.body?.portal === "shoulou";

function post(path, words) {
  const headers = { "Content-Type": "application/json" };
  return ask(withLanguage(path), device, { method: "POST", headers, body: JSON.stringify(words) });
}

async function refresh() {
  const reply = await ask(withLanguage("/my/shifts.json"), device);
  put($("problem"), isOurs(reply) ? "" : problemOf(reply));
  if (reply.status === 401) $("unbound").hidden = false;
  if (isOurs(reply)) draw(reply.body);
}

function draw({ shifts, health }) {
  const own = shifts.filter((shift) => shift.state);
  const free = shifts.filter((shift) => !shift.state);
  $("own").hidden = !own.length;
  $("free").hidden = !free.length || health.stopped;
  $("nothing").hidden = Boolean(shifts.length) || health.stopped;
  $("own-list").replaceChildren(...own.map(drawShift));
  $("free-list").replaceChildren(...free.map(drawShift));
  drawHealth(health);
}

function drawHealth({ well, stopped }) {
  $("feel").hidden = false;
  $("sure").hidden = true;
  $("feel-acts").hidden = stopped;
  $("feel-acts").querySelector("[data-word=well]").hidden = well;
  $("felt").textContent = stopped ? say("stopped") : well ? say("well_said") : "";
}

function stateOf(shift) {
  if (shift.state === "held") return say(shift.moved_up ? "moved_up" : "held");
  if (shift.state === "waiting") return say("waiting", { n: shift.before });
  return shift.free ? say("open", { n: shift.free, all: shift.places }) : say("full");
}

function drawShift(shift) {
  const node = $("shift-piece").content.firstElementChild.cloneNode(true);
  const parts = {};
  for (const part of node.querySelectorAll("[data-part]")) parts[part.dataset.part] = part;
  const start = new Date(shift.from);
  put(parts.when, `${dayName.format(start)} ${clock.format(start)}–${clock.format(new Date(shift.until))}`);
  put(parts.state, stateOf(shift));
  parts.state.classList.add(shift.state === "held" ? "o-done" : shift.state || !shift.free ? "o-waiting" : "o-nobody_home");
  node.classList.toggle("is-held", shift.state === "held");
  put(parts.title, shift.title);
  put(parts.about, [shift.where, shift.task].filter(Boolean).join(" · "));
  put(parts.gear, say("wear", { what: shift.gear }));
  const button = node.querySelector("button");
  button.textContent = say(shift.state === "held" ? "leave" : shift.state ? "leave_list" : shift.free ? "take" : "wait");
  button.classList.add(shift.state ? "act-risk" : "act-go");
  button.addEventListener("click", async () => {
    button.disabled = true;
    const reply = await post(shift.state ? "/my/shifts/leave/" : "/my/shifts/take/", { shift: shift.id });
    button.disabled = false;
    put(parts.failed, isOurs(reply) ? "" : problemOf(reply));
    if (isOurs(reply)) await refresh();
  });
  return node;
}

async function tell(word) {
  const reply = await post("/my/health/", { word });
  put($("problem"), isOurs(reply) ? "" : problemOf(reply));
  if (isOurs(reply)) await refresh();
}

$("feel-acts").addEventListener("click", (event) => {
  const word = event.target.closest("button")?.dataset.word;
  if (word === "well") tell(word);
  if (word === "symptom") { $("sure").hidden = false; $("sure-no").focus(); }
});
$("sure-yes").addEventListener("click", () => tell("symptom"));
$("sure-no").addEventListener("click", () => { $("sure").hidden = true; });

({ device } = await store.readAll());
if (!device || device.signed_out) $("unbound").hidden = false;
else {
  await refresh();
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") refresh(); });
}
