// The shell kept by the service worker, seen from the page: does it open without signal, and is there a newer one?

const isPossible = "serviceWorker" in navigator;
let registration = null;

export const shell = { isPossible, isKept: false, isNewer: false };

export async function keepShell(onChange) {
  if (!isPossible) return;
  const look = () => {
    shell.isKept = Boolean(registration.active);
    shell.isNewer = Boolean(registration.waiting && registration.active);
    onChange();
  };
  try {
    registration = await navigator.serviceWorker.register("/sw.js", { scope: "/", updateViaCache: "none" });
  } catch {
    return; // no signal: what was kept before still serves
  }
  const follow = (worker) => worker?.addEventListener("statechange", look);
  [registration.installing, registration.waiting].forEach(follow);
  registration.addEventListener("updatefound", () => { follow(registration.installing); look(); });
  navigator.serviceWorker.ready.then(look);
  look();
}

// Only on a tap, and only with an empty outbox: the caller sees to both.
export function takeNewShell() {
  if (!registration?.waiting) return;
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  registration.waiting.postMessage("activate");
}

// Language is a cookie and the kept page was made in one language: fetch it anew before turning.
export async function changeLanguage(language, version) {
  const before = document.cookie;
  const turn = (value) => { document.cookie = `django_language=${value}; path=/; max-age=31536000; SameSite=Lax`; };
  turn(language);
  try {
    const response = await fetch("/my/", { cache: "reload", redirect: "manual" });
    const isOurs = response.ok && (await response.clone().text()).includes(`data-version="${version}"`);
    if (isOurs && "caches" in window && await caches.has(`shell-${version}`)) {
      await (await caches.open(`shell-${version}`)).put("/my/", response);
    }
    location.reload();
  } catch {
    turn(/django_language=([\w-]+)/.exec(before)?.[1] ?? document.documentElement.lang);
    return false;
  }
  return true;
}
