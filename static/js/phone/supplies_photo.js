// Pictures of handovers. A store and a line of their own: whatever happens to a picture, the marks' queue goes on.
// A picture is made small here, which also leaves out where and when it was taken; the portal draws it anew once more.
// It is sent after its mark has its receipt, under the key the mark was made with, and leaves this phone when the portal
// has it, when the portal says that it never will, or after some days.

import { uuid7 } from "./ids.js";
import * as store from "./store.js";
import { ask } from "./sync.js";

const NAME = "shoulou-photos";
const LONGEST_SIDE = 1280;
const QUALITY = 0.7;
const DAYS = 14;
const DAY = 24 * 3600 * 1000;
const NEVER = new Set([400, 413, 415, 422]);
const FIRST_WAIT = 30_000;
const LONGEST_WAIT = 600_000;

export const isPossible = "createImageBitmap" in window && "indexedDB" in window;
export const photos = { waiting: 0, refused: "", tell: () => {} };

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore("photos", { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function run(mode, work) {
  const db = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = db.transaction("photos", mode, { durability: "strict" });
      const request = work(transaction.objectStore("photos"));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? new Error("not stored"));
    });
  } finally {
    db.close();
  }
}

// --- taken ---------------------------------------------------------------------------------------------

// Drawn into the canvas that shows it; what leaves the canvas has no word in it of place, time or phone.
export async function readImage(file, canvas) {
  const image = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST_SIDE / Math.max(image.width, image.height));
  canvas.width = Math.max(1, Math.round(image.width * scale));
  canvas.height = Math.max(1, Math.round(image.height * scale));
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  const blob = await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", QUALITY); });
  if (!blob) throw new Error("no picture");
  return blob.arrayBuffer();
}

export async function savePhoto(mark, device, bytes) {
  const { id, token } = device;
  await run("readwrite", (rows) => rows.put({ id: uuid7(), mark: mark.id, device: { id, token }, bytes, at: Date.now() }));
  photos.waiting += 1;
}

// --- sent ----------------------------------------------------------------------------------------------

let isRunning = false;
let wait = FIRST_WAIT;
let timer = null;

export async function sendPhotos() {
  if (isRunning || !isPossible) return;
  isRunning = true;
  let went = true;
  try {
    went = await alone(sendAll);
  } catch {
    went = false; // a store that cannot be opened keeps nobody from marking
  } finally {
    isRunning = false;
    wait = went ? FIRST_WAIT : Math.min(wait * 2, LONGEST_WAIT);
    clearTimeout(timer);
    photos.tell();
    if (photos.waiting) timer = setTimeout(sendPhotos, wait * (0.7 + Math.random() * 0.6));
  }
}

// One sender over all tabs; a picture that comes twice is known.
function alone(work) {
  return navigator.locks ? navigator.locks.request("photos", { ifAvailable: true }, (lock) => (lock ? work() : false)) : work();
}

async function sendAll() {
  const rows = await run("readonly", (all) => all.getAll());
  photos.waiting = rows.length;
  if (!rows.length) return true;
  const { outbox } = await store.readOutbox();
  const unsent = new Set(outbox.map((row) => row.id));
  for (const row of rows) {
    if (Date.now() - row.at > DAYS * DAY) await drop(row.id);
    else if (!unsent.has(row.mark) && !(await sendOne(row))) return false;
  }
  return true;
}

async function sendOne(row) {
  const headers = { "Content-Type": "image/jpeg", "X-Mark": row.mark };
  const lang = document.documentElement.lang;
  const path = `/sync/photos/${row.id}/${lang === "zh-hans" ? "" : `?lang=${encodeURIComponent(lang)}`}`;
  const { status, body } = await ask(path, row.device, { method: "POST", headers, body: row.bytes });
  const isOurs = body?.portal === "shoulou";
  if (status === 200 && isOurs && body.photo === row.id) await drop(row.id);
  else if (isOurs && NEVER.has(status)) {
    photos.refused = body.message || body.error;
    await drop(row.id);
  } else return isOurs && status === 409; // its mark waits for a person: the others go on
  return true;
}

async function drop(id) {
  await run("readwrite", (rows) => rows.delete(id));
  photos.waiting -= 1;
}
