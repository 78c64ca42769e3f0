// While a worker reads or applies a roster: ask for its state, show how far it is, and reload once when it is done.
// Without this file the page says the same after a reload by hand.
const place = document.querySelector("[data-roster-status]");

if (place) {
  const bar = place.querySelector("progress");
  const label = place.querySelector("[data-roster-label]");
  const count = place.querySelector("[data-roster-count]");
  const stuck = place.querySelector("[data-roster-stuck]");
  let wait = 700;

  const ask = async () => {
    try {
      const answer = await fetch(place.dataset.rosterStatus, { headers: { Accept: "application/json" } });
      if (answer.redirected || answer.status === 404) return location.reload(); // signed out, or not ours any more
      const state = await answer.json();
      if (state.finished) return location.reload();
      label.textContent = state.label;
      stuck.hidden = !state.stuck;
      if (state.total && state.state === "reading") {
        bar.max = state.total;
        bar.value = state.done;
        count.textContent = `${state.done} / ${state.total}`;
      } else {
        bar.removeAttribute("value"); // how long it takes is not known
        count.textContent = "";
      }
    } catch {
      // No network for a moment: the work goes on without us.
    }
    wait = Math.min(wait * 1.3, 4000);
    setTimeout(ask, document.hidden ? 10000 : wait);
  };
  setTimeout(ask, wait);
}
