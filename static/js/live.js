/* Keeps the moving parts of a page up to date by asking whether they changed: 304 costs next to nothing.
   Asks every 5 s while the page is looked at, less often when nothing moves, never while it is hidden. */
const FAST = 5000;
const SLOW = 30000;

function watch(part) {
  let etag = part.dataset.etag;
  let wait = FAST;
  let timer = 0;

  async function refresh() {
    try {
      const answer = await fetch(part.dataset.live, {
        headers: { "If-None-Match": etag },
        redirect: "manual",
        cache: "no-store",
      });
      if (answer.status === 200) {
        const scroll = [...part.querySelectorAll("[tabindex]")].map((box) => box.scrollLeft);
        const focused = part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
        part.innerHTML = await answer.text();
        etag = answer.headers.get("ETag");
        part.querySelectorAll("[tabindex]").forEach((box, n) => { box.scrollLeft = scroll[n] ?? 0; });
        if (focused) part.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
        part.classList.remove("is-stale");
        wait = FAST;
      } else if (answer.status === 304) {
        part.classList.remove("is-stale");
        wait = Math.min(wait * 1.2, SLOW);
      } else {
        part.classList.add("is-stale"); // signed out, or the server is restarting
        wait = SLOW;
      }
    } catch {
      part.classList.add("is-stale");
      wait = Math.min(wait * 1.5, SLOW);
    }
    plan();
  }

  function plan() {
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(refresh, wait);
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) clearTimeout(timer);
    else refresh();
  });
  plan();
}

for (const part of document.querySelectorAll("[data-live]")) watch(part);
