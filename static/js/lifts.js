/* The caller's screen: counts down to when the lift is safe, then asks for a fresh page; and lets a button be pressed
   once. The server refuses a second press by itself: this only shows that the first was felt. */
let shown = null;
let began = 0;

function tick() {
  const clock = document.querySelector("[data-left]");
  if (!clock) return;
  if (clock !== shown) [shown, began] = [clock, performance.now()]; // the phone's own clock may be wrong
  const left = Math.ceil(Number(clock.dataset.left) - (performance.now() - began) / 1000);
  if (left < 0) {
    delete clock.dataset.left;
    location.replace(location.href);
    return;
  }
  clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
}
setInterval(tick, 500);
tick();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  form.querySelector("button")?.classList.add("is-sent");
  setTimeout(() => delete form.dataset.sent, 8000);
});
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
