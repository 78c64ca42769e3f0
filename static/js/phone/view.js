// Draws the doors. Every text goes in by textContent; nothing here reads or writes what is kept.

import { drawAntigen, drawTests, hasAnswers, resultText } from "./antigen.js";
import { isAnswered, peopleAt, personOutcome } from "./fold.js";
import { countsText, drawRubbish } from "./rubbish.js";
import { bagText } from "./supplies.js";
import { say, time } from "./words.js";

const MOST_MET = 9;

function piece(id) {
  const node = document.getElementById(`${id}-piece`).content.firstElementChild.cloneNode(true);
  const parts = {};
  for (const part of node.querySelectorAll("[data-part]")) parts[part.dataset.part] = part;
  return { node, parts };
}

function put(node, text) {
  node.textContent = text;
  node.hidden = !text;
}

function stateText(view) {
  const { state, door, words } = view;
  const said = door.bags ? bagText(view) : "";
  if (said) return said;
  const read = view.answers ? resultText(view) : "";
  if (read) return state.outcome === "done" ? `${words.done} · ${read}` : `${say("partly", { done: state.done, all: state.asked.length })} · ${read}`;
  if (words[state.outcome]) return [words[state.outcome], countsText(view)].filter(Boolean).join(" · ");
  return state.outcome === "partly" ? say("partly", { done: state.done, all: state.asked.length }) : say(`outcome.${state.outcome}`);
}

function timeText({ state }, unsent) {
  if (state.last) return say(unsent.has(state.last.id) ? "saved_at" : "sent_at", { time: time(state.at) });
  return state.at ? say(state.mine ? "sent_at" : "other_at", { time: time(state.at) }) : "";
}

function drawTold(view, unsent, canMark) {
  const { node, parts } = piece("told");
  const { state, door } = view;
  node.classList.add(`o-${state.outcome}`);
  put(parts.letter, say(`letter.${state.outcome}`));
  put(parts.room, door.rooms ?? door.room);
  put(parts.state, stateText(view));
  put(parts.time, timeText(view, unsent));
  const undo = node.querySelector("[data-deed=undo]");
  undo.hidden = !(canMark && state.mine && state.latest);
  undo.setAttribute("aria-label", say("undo_of", { room: door.rooms ?? door.room }));
  if (view.answers) drawAntigen(node, view, { isFolded: true });
  for (const button of node.querySelectorAll("[data-deed=open], [data-deed=negative]")) button.disabled = !canMark;
  return { node, parts };
}

function drawPerson(person, view) {
  const { node, parts } = piece("person");
  const outcome = view.draft.people[person.n] ?? personOutcome(view.state, person.n, view.door);
  const isNot = outcome !== "waiting" && outcome !== "done";
  const band = person.band && person.band !== "18-59" ? ` · ${say(`band.${person.band}`)}` : "";
  node.dataset.person = person.n;
  put(parts.name, (person.met ? say("one_more", { n: person.n }) : person.label) + band);
  parts.name.id = `person-${view.door.visit}-${person.n}`;
  node.querySelector(".person-deeds").setAttribute("aria-labelledby", parts.name.id);
  parts.why.setAttribute("aria-labelledby", parts.name.id);
  const [done, not] = node.querySelectorAll(".person-deeds > button");
  put(done, view.words.person_done ?? view.words.done);
  put(not, isNot ? say(`outcome.${outcome}`) : view.words.person_not ?? say("no"));
  done.setAttribute("aria-pressed", String(outcome === "done"));
  not.setAttribute("aria-pressed", String(isNot));
  const isAsking = view.draft.asking === person.n;
  not.setAttribute("aria-expanded", String(isAsking));
  parts.why.hidden = !isAsking;
  for (const button of parts.why.children) button.setAttribute("aria-pressed", String(button.dataset.person === outcome));
  if (view.answers) node.append(drawTests(person, view));
  return node;
}

function drawMore(parent, view) {
  parent.append(document.getElementById("more-piece").content.cloneNode(true));
  const people = parent.querySelector("[data-part=people]");
  people.hidden = !view.door.people.length;
  parent.querySelector("[data-part=whole]").hidden = people.hidden;
  const everybody = peopleAt(view.door, view.state, view.draft);
  people.append(...everybody.map((person) => drawPerson(person, view)));
  const add = parent.querySelector("[data-deed=add]");
  add.hidden = people.hidden || everybody.length >= view.door.heads + MOST_MET;
  parent.querySelector("[data-part=note]").value = view.draft.note;
}

function countTold(view) {
  const each = peopleAt(view.door, view.state, view.draft).map((person) => view.draft.people[person.n] ?? personOutcome(view.state, person.n, view.door));
  return each.filter((outcome) => outcome === "done").length;
}

function flagOf(text) {
  const flag = document.createElement("li");
  flag.className = "flag";
  flag.textContent = text;
  return flag;
}

function drawCard(view, canMark) {
  const { node, parts } = piece("card");
  const { door, words, isOpen, draft } = view;
  put(parts.room, door.rooms ?? door.room);
  put(parts.name, [door.label, door.heads ? say("heads", { n: door.heads }) : say("no_heads")].filter(Boolean).join(" · "));
  parts.flags.append(...door.needs.map((need) => flagOf(`! ${say(`short.${need}`)}`)));
  const extra = Object.keys(view.state.told).filter((number) => Number(number) > door.heads).length;
  if (extra) parts.flags.append(flagOf(say("more_than_before", { n: door.heads + extra, extra })));
  parts.flags.hidden = !parts.flags.children.length;
  parts.more.hidden = !isOpen;
  node.classList.toggle("is-open", isOpen);
  if (isOpen) drawMore(parts.more, view);
  const isByPerson = Object.keys(draft.people).length > 0 || hasAnswers(draft);
  if (view.answers) drawAntigen(node, view, { isFolded: false });
  const go = node.querySelector("[data-deed=done]");
  go.textContent = hasAnswers(draft) ? say("antigen_save", { n: Object.keys(draft.answers).length }) : isByPerson ? say("save", { done: countTold(view), all: peopleAt(door, view.state, draft).length }) : words.done;
  if (isByPerson) go.dataset.deed = "people";
  go.hidden = !isByPerson && !view.state.asked.length; // all of them known before: only a word about one of them counts
  if (words.elsewhere) drawRubbish(node, parts, view);
  const more = node.querySelector("[data-deed=more]");
  more.textContent = say(door.bags ? "something_else" : isOpen ? "less" : "more");
  if (door.bags) more.removeAttribute("aria-expanded"); // it opens a sheet
  else more.setAttribute("aria-expanded", String(isOpen));
  for (const button of node.querySelectorAll("button[data-deed]:not([data-deed=more])")) button.disabled = !canMark;
  return { node, parts };
}

export function drawDoor(view, unsent, canMark) {
  const isFolded = view.state.outcome !== "waiting" && !view.isOpen;
  const { node, parts } = isFolded ? drawTold(view, unsent, canMark) : drawCard(view, canMark);
  node.id = `door-${view.door.visit}`;
  node.dataset.visit = view.door.visit;
  put(parts.word, view.word);
  parts.word.classList.toggle("is-quiet", view.isWordQuiet);
  put(parts.failed, view.failed);
  return node;
}

// Keeps every node that would look the same, so that typing, focus and place survive a refresh.
export class Stairs {
  constructor(root) {
    this.root = root;
    this.order = "";
    this.drawn = new Map();
  }

  draw(views, { unsent, canMark, hidden }) {
    const visible = views.filter((view) => !hidden.has(view.door.visit));
    const order = JSON.stringify(visible.map(({ door }) => [door.visit, door.building, door.entrance, door.floor]));
    if (order !== this.order) this.build(visible, unsent, canMark);
    else visible.forEach((view) => this.redraw(view, unsent, canMark));
    this.order = order;
    this.tally(views);
  }

  build(views, unsent, canMark) {
    this.drawn.clear();
    this.floors = new Map();
    const several = new Set(views.map(({ door }) => door.building)).size > 1;
    const all = document.createDocumentFragment();
    for (const view of views) {
      const { door } = view;
      const key = JSON.stringify([door.building, door.entrance, door.floor]);
      if (!this.floors.has(key)) {
        const { node, parts } = piece("floor");
        const entrance = door.entrance && say("entrance", { n: door.entrance });
        put(parts.name, [several && door.building, entrance, say("floor", { n: door.floor })].filter(Boolean).join(" · "));
        this.floors.set(key, parts);
        all.append(node);
      }
      const node = drawDoor(view, unsent, canMark);
      this.drawn.set(door.visit, { node, look: look(view, unsent, canMark) });
      this.floors.get(key).doors.append(node);
    }
    this.root.replaceChildren(all);
  }

  redraw(view, unsent, canMark) {
    const old = this.drawn.get(view.door.visit);
    const now = look(view, unsent, canMark);
    if (old.look === now) return;
    const node = drawDoor(view, unsent, canMark);
    const focused = old.node.contains(document.activeElement) ? document.activeElement : null;
    const deed = focused?.dataset.deed ?? focused?.dataset.person ?? focused?.dataset.test ?? focused?.dataset.count;
    const person = focused?.closest("[data-person]:not(button)")?.dataset.person;
    old.node.replaceWith(node);
    this.drawn.set(view.door.visit, { node, look: now });
    if (!focused) return;
    const scope = person ? node.querySelector(`li[data-person="${person}"]`) ?? node : node;
    const same = scope.querySelector(`[data-deed="${deed}"], button[data-person="${deed}"], button[data-test="${deed}"], button[data-count="${deed}"]`);
    const next = same && same.offsetParent ? same : scope.querySelector("button:not([disabled]):not([hidden])");
    next?.focus({ preventScroll: true });
  }

  tally(views) {
    const counts = new Map();
    for (const { door, state } of views) {
      const key = JSON.stringify([door.building, door.entrance, door.floor]);
      const count = counts.get(key) ?? { done: 0, all: 0 };
      count.all += 1;
      count.done += isAnswered(state.outcome);
      counts.set(key, count);
    }
    for (const [key, parts] of this.floors ?? []) {
      const count = counts.get(key);
      put(parts.tally, say("tally", count));
      parts.tally.classList.toggle("is-full", count.done === count.all);
    }
  }
}

// What a door's drawing depends on. The note being typed is left out: it is in the page already.
function look(view, unsent, canMark) {
  const { door, state, isOpen, draft, word, failed, words } = view;
  return JSON.stringify([door, state, isOpen, draft.people, draft.answers, draft.counts, view.answers, draft.asking, word, failed, words.done, canMark, unsent.has(state.last?.id)]);
}
