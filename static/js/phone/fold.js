// What a door looks like on this phone: the portal's last word, and over it this phone's own marks in their order.
// The same rules as rounds/folding.py, so that a mark looks alike before and after it is sent.

const ANSWERED = new Set(["done", "elsewhere", "exempt"]);

export function isAnswered(outcome) {
  return ANSWERED.has(outcome);
}

export function foldDoor(door, rows) {
  const takenBack = new Set(rows.map((row) => row.undoes).filter(Boolean));
  const standing = rows.filter((row) => row.outcome !== "cleared" && !takenBack.has(row.id));
  const isBaseGone = door.latest !== null && takenBack.has(door.latest);
  const base = isBaseGone
    ? { outcome: "waiting", told: {}, latest: null, at: null, mine: false }
    : { outcome: door.outcome, told: door.told, latest: door.latest, at: door.at, mine: door.mine };
  const state = { ...base, last: null };
  if (standing.length) {
    let whole = base.outcome;
    let told = base.told;
    for (const row of standing) {
      if (Object.keys(row.people).length) told = { ...told, ...row.people };
      else [whole, told] = [row.outcome, {}];
    }
    const last = standing.at(-1);
    Object.assign(state, { outcome: sumUp(whole, told, door.heads), told, latest: last.id, at: last.marked_at, mine: true, last });
  }
  state.done = countDone(state, door.heads);
  return state;
}

function eachPerson(outcome, told, heads) {
  const rest = outcome === "partly" ? "waiting" : outcome;
  return Array.from({ length: heads }, (_, index) => told[String(index + 1)] ?? rest);
}

function sumUp(whole, told, heads) {
  if (!Object.keys(told).length) return whole;
  const each = eachPerson(whole, told, heads);
  if (each.every(isAnswered)) return new Set(each).size === 1 ? each[0] : "done";
  if (each.some(isAnswered)) return "partly";
  return each.includes("refused") ? "refused" : "nobody_home";
}

function countDone(state, heads) {
  return eachPerson(state.outcome, state.told, heads).filter((outcome) => outcome === "done").length;
}

// The outcome told for one person, or implied by what was told for the household.
export function personOutcome(state, number) {
  return state.told[String(number)] ?? (state.outcome === "partly" ? "waiting" : state.outcome);
}

// The word sent along with a person-by-person mark. The portal counts the people itself.
export function outcomeOfPeople(state, people, heads) {
  return sumUp(state.outcome, { ...state.told, ...people }, heads);
}
