// Typing for a neighbour. Each press needs the portal's yes, so nothing is kept for later here.

import * as store from "./store.js";
import { ask } from "./sync.js";
import { say } from "./words.js";

const $ = (id) => document.getElementById(id);
let device = null;

function withLanguage(path) {
  const { lang } = document.documentElement;
  return lang === "zh-hans" ? path : `${path}${path.includes("?") ? "&" : "?"}lang=${encodeURIComponent(lang)}`;
}

function tellProblem(reply) {
  const text = reply.status === 200 ? "" : reply.status === 0 ? say("offline") : reply.body?.message || say("server_down");
  $("problem").textContent = text;
  $("problem").hidden = !text;
}

const isOurs = (reply) => reply.body?.portal === "shoulou";

// Refused comes with the whole form as it was typed; anything else leaves what is on the page.
function show(reply) {
  const hasPage = isOurs(reply) && typeof reply.body.html === "string";
  tellProblem(hasPage ? { status: 200 } : reply);
  if (!hasPage) return;
  $("home").innerHTML = reply.body.html;
  const told = $("home").querySelector("[role=alert], [role=status]");
  told?.scrollIntoView({ block: "center" });
}

async function openDoor() {
  $("home").replaceChildren();
  const door = $("door").value;
  if (door) show(await ask(withLanguage(`/my/neighbours/home.json?door=${door}`), device));
}

async function send(form) {
  const fields = Object.fromEntries(new FormData(form));
  const words = { door: Number($("door").value), deed: form.dataset.deed, key: Number(form.dataset.key), fields };
  const button = form.querySelector("button");
  button.disabled = true;
  const headers = { "Content-Type": "application/json" };
  const reply = await ask(withLanguage("/my/neighbours/tell/"), device, {
    method: "POST", headers, body: JSON.stringify(words),
  });
  button.disabled = false;
  show(reply);
}

async function start() {
  const reply = await ask(withLanguage("/my/neighbours/doors.json"), device);
  if (reply.status === 401) $("unbound").hidden = false;
  if (reply.status !== 200 || !isOurs(reply)) return tellProblem(reply);
  for (const house of reply.body.houses) {
    const group = document.createElement("optgroup");
    group.label = house.name;
    group.append(...house.doors.map((door) => new Option(`${house.name} ${door.room}`, door.id)));
    $("door").append(group);
  }
  const hasDoors = reply.body.houses.length > 0;
  $("choose").hidden = $("hint").hidden = !hasDoors;
  $("nothing").hidden = hasDoors;
}

$("door").addEventListener("change", openDoor);
$("home").addEventListener("submit", (event) => {
  event.preventDefault();
  send(event.target);
});

({ device } = await store.readAll());
if (!device || device.signed_out) $("unbound").hidden = false;
else await start();
