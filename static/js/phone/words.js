// Sentences come translated in the page; here they are only looked up and filled in.

const words = new Map();
for (const node of document.getElementById("words").content.querySelectorAll("[data-word]")) {
  words.set(node.dataset.word, node.textContent);
}

export function say(key, values = {}) {
  return (words.get(key) ?? "").replace(/\{(\w+)\}/g, (all, name) => (name in values ? String(values[name]) : all));
}

export function has(key) {
  return words.has(key);
}

const clock = new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const dayAndClock = new Intl.DateTimeFormat("zh-CN", {
  timeZone: "Asia/Shanghai", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
});
const day = new Intl.DateTimeFormat("en-CA", { timeZone: "Asia/Shanghai" });

export function time(at) {
  const moment = new Date(at);
  if (Number.isNaN(moment.getTime())) return "";
  return (day.format(moment) === day.format(new Date()) ? clock : dayAndClock).format(moment);
}
