// Needs on the phone. Each tap needs the portal's yes, so nothing is kept for later here.

import * as store from "./store.js";
import { ask } from "./sync.js";
import { say } from "./words.js";

const $ = (id) => document.getElementById(id);
let device = null;

function withLanguage(path) {
  const { lang } = document.documentElement;
  return lang === "zh-hans" ? path : `${path}?lang=${encodeURIComponent(lang)}`;
}

const isOurs = (reply) => reply.body?.portal === "shoulou";

// Refused comes with the whole page as it was typed; anything else leaves what is there.
function show(reply) {
  const hasPage = isOurs(reply) && typeof reply.body.html === "string";
  const problem = hasPage ? "" : reply.status === 0 ? say("offline") : reply.body?.message || say("server_down");
  $("problem").textContent = problem;
  $("problem").hidden = !problem;
  if (problem) return $("problem").scrollIntoView({ block: "center" });
  $("needs").innerHTML = reply.body.html;
  $("needs").querySelector("[role=alert], [role=status]")?.scrollIntoView({ block: "center" });
}

async function refresh() {
  const reply = await ask(withLanguage("/my/needs/list.json"), device);
  if (reply.status === 401) $("unbound").hidden = false;
  else show(reply);
}

async function send(form) {
  const { door, ...fields } = Object.fromEntries(new FormData(form));
  const words = { deed: form.dataset.deed, key: Number(form.dataset.key ?? door), fields };
  const button = form.querySelector("button");
  button.disabled = true;
  const headers = { "Content-Type": "application/json" };
  show(await ask(withLanguage("/my/needs/tell/"), device, { method: "POST", headers, body: JSON.stringify(words) }));
  button.disabled = false;
}

$("needs").addEventListener("submit", (event) => {
  event.preventDefault();
  send(event.target);
});

({ device } = await store.readAll());
if (!device || device.signed_out) $("unbound").hidden = false;
else await refresh();
