// What a door looks like on this phone: the portal's last word, and over it this phone's own marks in their order.
// The same rules as rounds/folding.py, so that a mark looks alike before and after it is sent.

const ANSWERED = new Set(["done", "elsewhere", "exempt"]);
const PERSON = new Set([...ANSWERED, "nobody_home", "refused"]);

export function isAnswered(outcome) {
  return ANSWERED.has(outcome);
}

export function foldDoor(door, rows) {
  const takenBack = new Set(rows.map((row) => row.undoes).filter(Boolean));
  const standing = rows.filter((row) => row.outcome !== "cleared" && !takenBack.has(row.id));
  const isBaseGone = door.latest !== null && takenBack.has(door.latest);
  const base = isBaseGone
    ? { outcome: sumUp("waiting", {}, door), told: {}, latest: null, at: null, mine: false }
    : { outcome: door.outcome, told: door.told, latest: door.latest, at: door.at, mine: door.mine };
  const state = { ...base, last: null };
  if (standing.length) {
    let whole = base.outcome;
    let told = base.told;
    for (const row of standing) {
      if (Object.keys(row.people).length) told = { ...told, ...row.people };
      else [whole, told] = [row.outcome, met(told, door.heads, row.outcome)];
    }
    if (Object.keys(told).length && PERSON.has(whole) && sumUp(whole, told, door) !== whole) told = { ...Object.fromEntries(askedAt(door, told).map((number) => [number, whole])), ...told };
    const last = standing.at(-1);
    Object.assign(state, { outcome: sumUp(whole, told, door), told, latest: last.id, at: last.marked_at, mine: true, last });
  }
  state.asked = askedAt(door, state.told);
  state.done = state.asked.filter((number) => personOutcome(state, number, door) === "done").length;
  return state;
}

// People met at the door have the numbers after those expected. A word about the household is told of each of them.
function met(told, heads, outcome) {
  const word = PERSON.has(outcome) ? outcome : null;
  return Object.fromEntries(Object.entries(told).filter(([number]) => Number(number) > heads).map(([number, what]) => [number, word ?? what]));
}

// Everybody but those of whom the portal knew before anybody knocked.
function askedAt(door, told) {
  const known = door.known ?? {};
  const expected = Array.from({ length: door.heads }, (_, index) => String(index + 1));
  return [...expected.filter((number) => number in told || !(number in known)), ...Object.keys(met(told, door.heads))];
}

function sumUp(whole, told, door) {
  const asked = askedAt(door, told);
  const known = Object.values(door.known ?? {});
  if (known.length && !asked.length) return agreed(known);
  if (!Object.keys(told).length) return whole;
  const rest = whole === "partly" ? "waiting" : whole;
  const each = asked.map((number) => told[number] ?? rest);
  if (each.every(isAnswered)) return agreed(each);
  if (each.some(isAnswered)) return "partly";
  return ["refused", "nobody_home"].find((outcome) => each.includes(outcome)) ?? "waiting";
}

function agreed(each) {
  return new Set(each).size === 1 ? each[0] : "done";
}

// The outcome told for one person, or known before, or implied by what was told for the household.
export function personOutcome(state, number, door) {
  return state.told[String(number)] ?? door.known?.[String(number)] ?? (state.outcome === "partly" ? "waiting" : state.outcome);
}

// The word sent along with a person-by-person mark. The portal counts the people itself.
export function outcomeOfPeople(state, people, door) {
  return sumUp(state.outcome, { ...state.told, ...people }, door);
}

// Everybody to be shown: those expected, those met before, those added just now.
export function peopleAt(door, state, draft) {
  const numbers = new Set(door.people.map((person) => person.n));
  const more = Object.keys({ ...met(state.told, door.heads), ...met(draft.people, door.heads) }).map(Number);
  const added = more.filter((number) => !numbers.has(number)).sort((one, other) => one - other);
  return [...door.people, ...added.map((n) => ({ n, label: "", band: "", met: true }))];
}

// Person number -> the tube they are in: by the portal's last list, and over it by this phone's marks.
export function tubesAt(door, rows) {
  const takenBack = new Set(rows.map((row) => row.undoes).filter(Boolean));
  const isGone = door.latest !== null && takenBack.has(door.latest);
  const tubes = new Map(isGone ? [] : door.people.filter((person) => person.tube).map((person) => [String(person.n), person.tube]));
  for (const row of rows.filter((one) => one.outcome !== "cleared" && !takenBack.has(one.id))) {
    const isOfSome = Object.keys(row.people).length > 0;
    const numbers = isOfSome ? Object.keys(row.people) : askedAt(door, Object.fromEntries(tubes));
    for (const number of numbers) {
      const says = isOfSome ? row.people[number] : row.outcome;
      if (says !== "done") tubes.delete(number);
      else if (row.details?.tube && !tubes.has(number)) tubes.set(number, row.details.tube);
    }
  }
  return tubes;
}
