// The guide to the home screen: the reader's own phone first, one tap where the browser offers it, the invitation
// to carry over. Without this script the page simply shows every way.

const $ = (id) => document.getElementById(id);

export function wayOf(agent) {
  if (/MicroMessenger|DingTalk|Lark|Feishu|\bQQ\/|Weibo/i.test(agent)) return "wechat";
  if (/iPhone|iPad|iPod/.test(agent)) return "iphone";
  return /Android|HarmonyOS|OpenHarmony/.test(agent) ? "android" : "";
}

const way = wayOf(navigator.userAgent);
if (way) {
  $("install").dataset.way = way;
  $(way).classList.add("is-mine");
}
$("installed").hidden = !(matchMedia("(display-mode: standalone)").matches || navigator.standalone);

let offer = null;
addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault(); // ours is the larger button
  offer = event;
  $("now").hidden = false;
});
addEventListener("appinstalled", () => {
  $("now").hidden = true;
  $("installed").hidden = false;
});
$("install-now").addEventListener("click", async () => {
  const asked = offer;
  offer = null;
  $("now").hidden = true; // an offer is good for one tap; the steps below always work
  await asked?.prompt();
});

// An invitation comes behind the #, which no server ever sees.
const code = /^#([\w-]{8,})$/.exec(location.hash)?.[1];
if (code) {
  const link = `${location.origin}/i/${code}/`;
  $("link").textContent = link;
  $("link-box").hidden = false;
  $("back").href = link;
  $("copy").addEventListener("click", async () => {
    const said = $("copied");
    const isCopied = await (navigator.clipboard?.writeText(link) ?? Promise.reject(new Error("none"))).then(() => true, () => false);
    said.textContent = isCopied ? said.dataset.done : said.dataset.failed;
  });
}
