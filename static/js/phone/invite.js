import { bind } from "./bind.js";
import * as store from "./store.js";
import { has, say } from "./words.js";

const page = document.getElementById("invite");
const button = document.getElementById("use");

function show(id, text) {
  const node = document.getElementById(id);
  node.textContent = text;
  node.hidden = !text;
}

button.addEventListener("click", async () => {
  button.disabled = true;
  show("failed", "");
  const problem = await bind(page.dataset.code);
  if (!problem) return location.replace("/my/");
  show("failed", say(has(problem) ? problem : "bad_request"));
  button.disabled = false;
});

// `standalone` is Safari's own word: false in a tab, true behind the icon.
const advice = !("serviceWorker" in navigator) ? "no_worker" : navigator.standalone === false ? "install_first" : "";
if (advice) {
  document.querySelector("#no-worker [data-part=text]").textContent = say(advice);
  document.getElementById("no-worker").hidden = false;
}
try {
  const { devices, outbox } = await store.readAll();
  const others = devices.filter((device) => outbox.some((row) => row.device === device.id));
  show("other-unsent", others.map((device) => say("other_unsent", {
    n: outbox.filter((row) => row.device === device.id).length, name: device.volunteer,
  })).join(" "));
} catch {
  show("failed", say("bind_no_store"));
}
