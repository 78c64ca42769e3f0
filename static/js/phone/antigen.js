// Results of antigen tests at the door: negative, positive or invalid, person by person, or all negative at once.
// They travel in the mark's details, a letter a person; testing_rounds/answers.py reads them. Nothing is sent from here.

import { outcomeOfPeople, personOutcome } from "./fold.js";
import { say } from "./words.js";

const NOT_TESTED = new Set(["nobody_home", "refused", "elsewhere", "exempt"]);
const WORDS = { n: "antigen_negative", p: "antigen_positive", i: "antigen_invalid" };
const MOST = 40; // as many letters as a detail holds

// Person number -> n, p, i, or "told" where somebody else said it: by the portal's last list, and over it this phone's marks.
export function answersAt(door, rows) {
  const takenBack = new Set(rows.map((row) => row.undoes).filter(Boolean));
  const isGone = door.latest !== null && takenBack.has(door.latest);
  const known = door.people.filter((person) => person.answer && !(isGone && person.answer in WORDS));
  const answers = Object.fromEntries(known.map((person) => [person.n, person.answer]));
  for (const row of rows) {
    if (row.outcome === "cleared" || takenBack.has(row.id)) continue;
    [...row.details?.antigen ?? ""].forEach((letter, index) => { if (letter in WORDS) answers[index + 1] = letter; });
  }
  return answers;
}

// Who is still to be read: everybody there of whom nothing was told, or whose kit was invalid.
function unread(view) {
  return view.state.asked.map(Number).filter((number) => {
    const { told } = view.state;
    if (number > MOST || NOT_TESTED.has(told[number])) return false;
    return !(number in view.answers) || view.answers[number] === "i";
  });
}

export const isDue = (view) => Boolean(view.answers) && unread(view).some((number) => personOutcome(view.state, number, view.door) === "done");

const lettersOf = (answers) => Array.from({ length: Math.max(...Object.keys(answers).map(Number)) }, (_, index) => answers[index + 1] ?? ".").join("");

function tell(view, answers, people, note) {
  const isAll = Object.keys(people).length === view.state.asked.length && Object.values(people).every((outcome) => outcome === "done");
  const outcome = isAll ? "done" : outcomeOfPeople(view.state, people, view.door);
  return { outcome, people: isAll ? {} : people, note, details: { antigen: lettersOf(answers) } };
}

export function tellNegative(view, note) {
  const numbers = unread(view);
  const all = (value) => Object.fromEntries(numbers.map((number) => [number, value]));
  return tell(view, all("n"), all("done"), note);
}

export function tellTicked(view, note) {
  const { people, answers } = view.draft;
  return tell(view, answers, people, note);
}

export const hasAnswers = (draft) => Object.keys(draft.answers).length > 0;

export function touchTest(view, number, letter) {
  const { draft } = view;
  if (draft.answers[number] === letter) delete draft.answers[number];
  else draft.answers[number] = letter;
  draft.people[number] = "done"; // a result proves that there was a kit
}

// --- drawn ------------------------------------------------------------------------------------------------

const clone = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);

function sentence(letter) {
  return letter === "p" ? say("antigen_positive_why") : letter === "i" ? say("antigen_invalid_why") : "";
}

export function drawTests(person, view) {
  const node = clone("antigen-person");
  const now = view.draft.answers[person.n] ?? view.answers[person.n] ?? "";
  for (const button of node.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.dataset.test === now));
  node.querySelector("[role=group]").setAttribute("aria-labelledby", `person-${view.door.visit}-${person.n}`);
  const told = node.querySelector("[data-part=told]");
  told.textContent = now === "told" ? say("antigen_told_by_others") : sentence(now);
  told.hidden = !told.textContent;
  told.classList.toggle("is-positive", now === "p");
  node.hidden = person.n > MOST;
  return node;
}

// Under the door: how far the results are, when to read, and one tap for all of them.
export function drawAntigen(node, view, { isFolded }) {
  const box = clone("antigen-door");
  const waiting = unread(view);
  const due = isDue(view);
  const positive = Object.values(view.answers).filter((letter) => letter === "p").length;
  const text = box.querySelector("[data-part=positive]");
  text.textContent = positive ? `${say("antigen_positives", { n: positive })} ${say("antigen_positive_why")}` : "";
  text.hidden = !positive;
  box.querySelector("[data-part=hint]").hidden = !waiting.length || !(due || view.isOpen);
  const acts = box.querySelector(".acts");
  acts.hidden = !waiting.length || hasAnswers(view.draft) || (isFolded && !due);
  const all = acts.querySelector("[data-deed=negative]");
  all.textContent = waiting.length === view.state.asked.length ? say("antigen_all_negative") : say("antigen_rest_negative", { n: waiting.length });
  all.classList.toggle("act-go", due);
  acts.querySelector("[data-deed=open]").hidden = !isFolded;
  node.querySelector("[data-part=word]").before(box);
}

export function resultText(view) {
  const read = view.state.asked.filter((number) => number in view.answers && view.answers[number] !== "i").length;
  return read || isDue(view) ? say("antigen_read", { n: read, all: view.state.asked.length }) : "";
}
