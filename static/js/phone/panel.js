// "This phone": what is kept here, and the way out.

import * as store from "./store.js";
import { changeLanguage, shell } from "./shell.js";
import { line } from "./sync.js";
import { say, time } from "./words.js";

const panel = document.getElementById("panel");
const ask = document.getElementById("ask");
let asked = 0;

function fact(name, text) {
  panel.querySelector(`[data-fact=${name}]`).textContent = text;
}

export function drawPanel(all, unsentCount) {
  const { device, feed, persisted } = all;
  fact("volunteer", [device.volunteer, device.compound].filter(Boolean).join(" · "));
  fact("label", device.label || "—");
  fact("unsent", String(unsentCount));
  fact("last_sent", device.last_sent_at ? time(device.last_sent_at) : say("never"));
  fact("fetched", feed ? time(feed.fetched_at) : say("never"));
  fact("opens", say(shell.isKept ? "yes" : "no"));
  fact("persisted", persisted === null ? say("never") : say(persisted ? "yes" : "not_protected"));
}

export function openPanel() {
  asked = 0;
  ask.hidden = true;
  if (panel.showModal) panel.showModal();
  else panel.setAttribute("open", "");
}

function close() {
  if (panel.close) panel.close();
  else panel.removeAttribute("open");
}

export function wirePanel(countUnsent, onSignedOut) {
  document.getElementById("panel-close").addEventListener("click", close);
  document.getElementById("language").addEventListener("click", async () => {
    const other = document.documentElement.lang === "en" ? "zh-hans" : "en";
    const went = await changeLanguage(other, document.getElementById("shell").dataset.version);
    if (!went) { line.problem = "offline"; ask.textContent = say("offline"); ask.hidden = false; }
  });
  document.getElementById("sign-out").addEventListener("click", async () => {
    const unsent = countUnsent();
    asked += 1;
    if (asked > (unsent ? 2 : 1)) {
      await store.leaveDevice(); // unsent marks and their key stay until they are sent
      close();
      return onSignedOut();
    }
    ask.textContent = asked === 1 ? say("sign_out_1") : say("sign_out_2", { n: unsent });
    ask.hidden = false;
  });
}
