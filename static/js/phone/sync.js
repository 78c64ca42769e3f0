// The outbox on its way. A mark leaves it only when its id comes back in a receipt of the portal itself: JSON, our
// word in it, and the nonce of this very request. A login page, a hotspot or a broken proxy all look different.

import { uuid4 } from "./ids.js";
import * as store from "./store.js";

const TIMEOUT = 30_000;
const FULL_BATCH = 200;
const SLOW_BATCH = 20;
const SLOW = 5_000;
const FIRST_WAIT = 30_000;
const LONGEST_WAIT = 300_000;
const LOCK_PATIENCE = 45_000;
const LONGEST_PAUSE = 600_000;

let batchSize = FULL_BATCH;
let wait = FIRST_WAIT;
let timer = null;
let pausedUntil = 0; // by performance.now(): the phone's clock may jump
let isRunning = false;
let wasAskedAgain = false;
let wasTapped = false; // asked again by a person, who is owed a try of their own

// What the pill and the banners say: problem is "", "offline", "not_portal" or "server_down".
export const line = { sending: 0, problem: "" };
let tell = () => {};

export function start(onChange) {
  tell = onChange;
  addEventListener("online", () => send());
  addEventListener("offline", () => { line.problem = "offline"; tell(); });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") send(); });
  if (!navigator.onLine) line.problem = "offline";
  plan();
}

let tapTimer = null;
export function sendSoon() {
  clearTimeout(tapTimer);
  tapTimer = setTimeout(send, 800);
}

function plan() {
  clearTimeout(timer);
  timer = setTimeout(async () => {
    const { outbox } = await store.readOutbox().catch(() => ({ outbox: [] }));
    if (outbox.length) await send();
    else plan();
  }, Math.max(wait * (0.7 + Math.random() * 0.6), pausedUntil - performance.now())); // jitter: 300 phones come back on the air at once
}

// The portal asked to be left alone for a while. Only a person's own tap does not wait for it.
export const isPaused = () => performance.now() < pausedUntil;

function heedRetryAfter(response) {
  const asked = response.headers.get("Retry-After");
  if (response.ok) pausedUntil = 0;
  if (asked === null || ![429, 503].includes(response.status)) return;
  const pause = /^\d+$/.test(asked) ? Number(asked) * 1000 : Date.parse(asked) - Date.now();
  if (!(pause > 0)) return;
  // Never sooner than asked, and not all phones in the same second.
  pausedUntil = performance.now() + Math.min(pause, LONGEST_PAUSE) * (1 + Math.random() * 0.3) + Math.random() * 2000;
}

// One sender at a time, over all tabs. Resolves when there is nothing left to try.
export async function send({ ping = false, byHand = false } = {}) {
  if (isPaused() && !byHand) return plan();
  if (isRunning) { wasAskedAgain = true; wasTapped ||= byHand; return; }
  isRunning = true;
  try {
    do {
      wasAskedAgain = wasTapped = false;
      const went = await alone(() => sendAll(ping));
      wait = went ? FIRST_WAIT : Math.min(wait * 2, LONGEST_WAIT);
      if (!went && !wasTapped) break;
    } while (wasAskedAgain);
  } finally {
    isRunning = false;
    line.sending = 0;
    tell();
    plan();
  }
}

async function alone(work) {
  if (!navigator.locks) return work(); // the portal knows a mark that comes twice
  const patience = new AbortController();
  const fuse = setTimeout(() => patience.abort(), LOCK_PATIENCE);
  try {
    return await navigator.locks.request("sync", { signal: patience.signal }, () => { clearTimeout(fuse); return work(); });
  } catch (error) {
    if (error.name !== "AbortError") throw error;
    return work(); // a frozen tab holds the lock
  } finally {
    clearTimeout(fuse);
  }
}

async function sendAll(ping) {
  const { devices, current } = await store.readOutbox();
  // Marks of earlier sign-ins first, each under the key they were made with and no other.
  devices.sort((one, other) => (one.id === current) - (other.id === current) || one.bound_at - other.bound_at);
  let went = true;
  for (const device of devices) {
    const isMine = device.id === current;
    if (await sendOf(device, ping && isMine)) continue;
    went = false;
    if (line.problem) break; // the next key would fare no better
  }
  await store.tidyUp();
  return went;
}

async function sendOf(device, ping) {
  for (let isFirst = true; ; isFirst = false) {
    const all = await store.readOutbox();
    const rows = all.outbox.filter((row) => row.device === device.id).sort((one, other) => one.seq - other.seq);
    if (!rows.length && !(isFirst && ping)) return true;
    const batch = rows.slice(0, batchSize);
    const lastSeq = all.devices.find((one) => one.id === device.id).last_seq;
    line.sending = batch.length;
    tell();
    const answer = await post(device, batch, rows.length - batch.length, lastSeq);
    if (answer === null) return false;
    const ids = new Set(batch.map((row) => row.id));
    // Told on an empty post only: then every number this phone has used should have arrived.
    const missing = batch.length ? null : answer.missing ?? [];
    const count = await store.acknowledge(device.id, answer.receipts.filter((receipt) => ids.has(receipt.id)), missing);
    tell();
    if (batch.length && !count) return false; // only "try again later": do not hammer
  }
}

async function post(device, rows, queued, lastSeq) {
  const nonce = uuid4();
  const marks = rows.map(({ id, seq, visit, outcome, people, note, undoes, saw, marked_at, details = {} }) => (
    { id, seq, visit, outcome, people, note, undoes, saw, marked_at, details }
  ));
  const words = { schema: 1, nonce, sent_at: new Date().toISOString(), queued, last_seq: lastSeq, marks };
  const began = Date.now();
  const reply = await ask("/sync/", device, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(words) });
  batchSize = Date.now() - began > SLOW ? SLOW_BATCH : FULL_BATCH;
  if (reply.status === 401 && reply.body?.error === "unknown_device") {
    await store.noteDevice(device.id, { signed_out: true });
    line.problem = "";
    return null;
  }
  if (reply.status === 413) batchSize = Math.max(1, Math.floor(rows.length / 2));
  const { body } = reply;
  const isOurs = reply.status === 200 && body?.portal === "shoulou" && body.nonce === nonce && Array.isArray(body.receipts);
  line.problem = isOurs ? "" : problemOf(reply);
  return isOurs ? body : null;
}

// A request with this device's key and no cookie. Never throws: status 0 is no answer at all.
export async function ask(path, device, options = {}) {
  const patience = new AbortController();
  const fuse = setTimeout(() => patience.abort(), TIMEOUT);
  try {
    const response = await fetch(path, {
      credentials: "omit", redirect: "manual", cache: "no-store", signal: patience.signal, ...options,
      headers: { Authorization: `Bearer ${device.token}`, ...options.headers },
    });
    heedRetryAfter(response);
    const isJson = (response.headers.get("Content-Type") ?? "").toLowerCase().startsWith("application/json");
    const body = isJson ? await response.json() : null;
    return { status: response.type === "opaqueredirect" ? 302 : response.status, body, etag: response.headers.get("ETag") };
  } catch (error) {
    return { status: 0, body: null, isGarbled: error instanceof SyntaxError };
  } finally {
    clearTimeout(fuse);
  }
}

function problemOf(reply) {
  if (reply.status === 0 && !reply.isGarbled) return "offline";
  return reply.status >= 400 && (reply.body !== null || reply.status >= 500) ? "server_down" : "not_portal";
}

// The list of doors. True when the portal answered, whether or not anything was new.
export async function fetchDoors(device, etag) {
  const startedAt = Date.now();
  const lang = document.documentElement.lang;
  const path = lang === "zh-hans" ? "/my/doors.json" : `/my/doors.json?lang=${encodeURIComponent(lang)}`;
  const reply = await ask(path, device, { headers: etag ? { "If-None-Match": etag } : {} });
  if (reply.status === 304) {
    await store.saveFeed(device.id, startedAt, null, etag);
  } else if (reply.status === 200 && reply.body?.portal === "shoulou" && Array.isArray(reply.body.rounds)) {
    await store.saveFeed(device.id, startedAt, reply.body, reply.etag);
  } else if (reply.status === 401 && reply.body?.error === "unknown_device") {
    await store.noteDevice(device.id, { signed_out: true });
    await store.tidyUp();
    line.problem = "";
    tell();
    return false;
  } else {
    line.problem = problemOf(reply);
    tell();
    return false;
  }
  if (device.signed_out) await store.noteDevice(device.id, { signed_out: false });
  line.problem = "";
  tell();
  return true;
}
