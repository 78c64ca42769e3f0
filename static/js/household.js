/* The fifteen minutes of a self-test. Kept on this phone, so that a reload or a locked screen loses nothing; the page
   works without it. The start is stored, not the rest: a clock that sleeps does not go wrong. */
const READ = 15 * 60_000;
const LATE = 20 * 60_000;
const FORGOTTEN = 12 * 3600_000;

for (const box of document.querySelectorAll("[data-timer]")) {
  const key = `shoulou-read-${box.dataset.timer}`;
  const clock = box.querySelector(".timer-clock");
  const acts = box.querySelector(".timer-acts");
  const go = box.querySelector(".timer-go");
  const stop = box.querySelector(".timer-stop");
  let rang = false;

  const started = () => {
    try {
      const at = Number(localStorage.getItem(key));
      return at > 0 && Date.now() - at < FORGOTTEN ? at : 0;
    } catch {
      return Number(box.dataset.at ?? 0); // storage is off: as long as the page stays open
    }
  };
  const keep = (at) => {
    box.dataset.at = String(at);
    try {
      localStorage.setItem(key, String(at));
    } catch { /* see above */ }
  };

  function show() {
    const at = started();
    const gone = Date.now() - at;
    const state = !at ? "idle" : gone < READ ? "running" : gone < LATE ? "read" : "late";
    box.dataset.state = state;
    acts.hidden = false;
    go.hidden = state !== "idle";
    stop.hidden = state === "idle";
    clock.hidden = state === "idle";
    if (state === "idle") return;
    const until = new Date(at + LATE).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });
    const left = Math.ceil((READ - gone) / 1000);
    const words = {
      running: `${box.dataset.running} ${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`,
      read: `${box.dataset.read} (→ ${until})`,
      late: box.dataset.late,
    };
    clock.textContent = words[state];
    if (state === "read" && !rang) {
      rang = true;
      navigator.vibrate?.([300, 150, 300]);
    }
  }

  go.addEventListener("click", () => { rang = false; keep(Date.now()); show(); });
  stop.addEventListener("click", () => { rang = false; keep(Date.now()); show(); });
  document.addEventListener("visibilitychange", show);
  setInterval(show, 1000);
  show();
}
