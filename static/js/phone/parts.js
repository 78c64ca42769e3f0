// Parts of a round: free ones to take, own ones to give back or hand over, and what became of marks that were held.
// These need the portal's yes, so nothing here is kept for later; marks are.

import { ask, send } from "./sync.js";
import { say, time } from "./words.js";

const $ = (id) => document.getElementById(id);
let context = null;

function piece(id) {
  const node = $(`${id}-piece`).content.firstElementChild.cloneNode(true);
  const parts = {};
  for (const part of node.querySelectorAll("[data-part]")) parts[part.dataset.part] = part;
  return { node, parts };
}

function put(node, text) {
  node.textContent = text;
  node.hidden = !text;
}

// Drawn anew only when it would look different, so that a reason being typed survives a refresh.
function fill(box, rows, drawOne) {
  const look = JSON.stringify(rows);
  if (box.dataset.look === look) return;
  box.dataset.look = look;
  box.replaceChildren(...rows.map(drawOne));
}

export function drawParts(device, feed) {
  const canAsk = Boolean(device && !device.signed_out && feed);
  const free = canAsk ? feed.free ?? [] : [];
  const own = canAsk ? feed.rounds.flatMap((round) => (round.parts ?? []).map((part) => ({ ...part, title: round.title }))) : [];
  const decisions = canAsk ? feed.decisions ?? [] : [];
  $("free").hidden = !free.length;
  $("own").hidden = !own.length;
  $("decisions").hidden = !decisions.length;
  fill($("free-list"), free, drawFree);
  fill($("own-list"), own, drawOwn);
  fill($("decision-list"), decisions, drawDecision);
}

function drawFree(row) {
  const { node, parts } = piece("free");
  put(parts.name, row.text);
  put(parts.about, [say("doors", { n: row.doors }), row.title].join(" · "));
  const { round, building, entrance, floors } = row;
  // The refusal stands above the list: what somebody else was quicker to take is gone from it a moment later.
  node.querySelector("button").addEventListener("click", () => deed(node, $("free-failed"), "/my/claim/", { round, building, entrance, floors }));
  return node;
}

function drawOwn(row) {
  const { node, parts } = piece("own");
  put(parts.name, row.text);
  put(parts.about, [row.leased_until && say("until", { time: time(row.leased_until) }), row.title].filter(Boolean).join(" · "));
  node.addEventListener("click", (event) => {
    const what = event.target.closest("button")?.dataset.deed;
    const words = { part: row.id, reason: parts.reason.value.trim() };
    if (what === "release") giveAway(node, "/my/release/", words);
    if (what === "fellows") offerFellows(node, parts);
    if (what === "hand-over") giveAway(node, "/my/hand-over/", { ...words, volunteer: Number(parts.fellows.value) });
  });
  return node;
}

function drawDecision(row) {
  const { node, parts } = piece("decision");
  put(parts.name, `${row.room} · ${row.word}`);
  put(parts.about, [time(row.at), row.note].filter(Boolean).join(" · "));
  return node;
}

// --- asking the portal ----------------------------------------------------------------------------

function withLanguage(path) {
  const { lang } = document.documentElement;
  return lang === "zh-hans" ? path : `${path}?lang=${encodeURIComponent(lang)}`;
}

function problemOf(reply) {
  if (reply.status === 0) return say("offline");
  return reply.body?.message || say("server_down");
}

async function deed(node, failed, path, words) {
  const buttons = [...node.querySelectorAll("button")];
  for (const button of buttons) button.disabled = true;
  const body = JSON.stringify(words);
  const reply = await ask(withLanguage(path), context.device(), { method: "POST", headers: { "Content-Type": "application/json" }, body });
  const isDone = reply.status === 200 && reply.body?.portal === "shoulou";
  for (const button of buttons) button.disabled = false;
  put(failed, isDone ? "" : problemOf(reply));
  if (isDone || reply.status === 409) await context.refresh({ byHand: true });
}

// A mark that arrives after its part was given away would be held: what is unsent goes first.
async function giveAway(node, path, words) {
  const failed = node.querySelector("[data-part=failed]");
  await send({ byHand: true });
  if (await context.countUnsent()) return put(failed, say("send_first"));
  return deed(node, failed, path, words);
}

async function offerFellows(node, parts) {
  const reply = await ask(withLanguage("/my/fellows.json"), context.device());
  const fellows = reply.status === 200 && reply.body?.portal === "shoulou" ? reply.body.fellows : null;
  put(parts.failed, fellows ? "" : problemOf(reply));
  if (!fellows) return;
  parts.fellows.replaceChildren(...fellows.map(({ id, name }) => new Option(name, id)));
  parts.to.hidden = false;
  parts.fellows.focus();
}

export function wireParts(given) {
  context = given;
}
