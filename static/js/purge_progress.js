// While a worker deletes: ask how far it is, and reload once when it is done. Without this file the page says the same
// after a reload by hand.
const place = document.querySelector("[data-purge-status]");

if (place) {
  const bar = place.querySelector("progress");
  const done = place.querySelector("[data-purge-done]");
  const stuck = place.querySelector("[data-purge-stuck]");
  let wait = 1000;

  const ask = async () => {
    try {
      const answer = await fetch(place.dataset.purgeStatus, { headers: { Accept: "application/json" } });
      if (answer.redirected || answer.status === 404) return location.reload(); // signed out, or not ours any more
      const state = await answer.json();
      if (state.finished) return location.reload();
      bar.value = state.percent;
      done.textContent = state.done;
      stuck.hidden = !state.stuck;
    } catch {
      // No network for a moment: the work goes on without us.
    }
    wait = Math.min(wait * 1.3, 4000);
    setTimeout(ask, document.hidden ? 10000 : wait);
  };
  setTimeout(ask, wait);
}
