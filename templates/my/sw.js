{% autoescape off %}// Keeps the phone's shell, and nothing else: no list of doors, no page of a signed-in person.
// Cache first, not network first: in a stairwell the network often hangs instead of failing, and a shell that is
// partly new and partly old is worse than an old one. A new shell waits until the person taps "update".
const VERSION = "{{ version }}";
const FILES = {{ files }};
const CACHE = "shell-" + VERSION;

async function keepShell() {
  const cache = await caches.open(CACHE);
  await Promise.all(FILES.map(async (path) => {
    const response = await fetch(path, { cache: "reload" });
    const isPage = (response.headers.get("Content-Type") || "").startsWith("text/html");
    // A login page of some hotspot must never become our shell.
    const isOurs = response.ok && !response.redirected && isPage === (path === "/my/");
    if (!isOurs) throw new Error("not the shell: " + path);
    if (isPage && !(await response.clone().text()).includes('data-version="' + VERSION + '"')) {
      throw new Error("another version of the shell");
    }
    await cache.put(path, response);
  }));
}

self.addEventListener("install", (event) => event.waitUntil(keepShell()));

self.addEventListener("activate", (event) => event.waitUntil((async () => {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("shell-") && name !== CACHE).map((name) => caches.delete(name)));
  await self.clients.claim();
})()));

self.addEventListener("message", (event) => {
  if (event.data === "activate") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  // The page itself asks for a fresh copy when its language is changed.
  if (event.request.mode !== "navigate" && event.request.cache === "reload") return;
  if (event.request.method !== "GET" || url.origin !== self.location.origin || !FILES.includes(url.pathname)) return;
  event.respondWith((async () => {
    const cache = await caches.open(CACHE);
    return (await cache.match(url.pathname)) || fetch(event.request);
  })());
});
{% endautoescape %}
