// What this phone keeps, in IndexedDB:
//   devices  every key this phone was ever given, with its counter; the old ones until their marks are sent
//   outbox   marks not yet in the portal's hands; a row leaves only by a receipt
//   receipts marks the portal has, until a newer list of doors shows them (or a person has read why one was kept)
//   feeds    the last list of doors, per device
//   keep     the current device's id, and the little else
// Every write is one transaction with strict durability, and is told only when it is complete.

import { uuid7 } from "./ids.js";

const NAME = "shoulou";
const HAS_IT = new Set(["stored", "known", "conflict", "held"]);
const DAY = 24 * 3600 * 1000;

// One step a version; a phone takes the steps it has not taken, with whatever waits in its outbox. Only ever add a
// step at the end, and only ever add in a step: an older shell may have to work with what a newer one made.
const STEPS = [
  (db) => {
    db.createObjectStore("devices", { keyPath: "id" });
    db.createObjectStore("outbox", { keyPath: "id" });
    db.createObjectStore("receipts", { keyPath: "id" });
    db.createObjectStore("feeds", { keyPath: "device" });
    db.createObjectStore("keep");
  },
];

let opened = null;

function openAt(version) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, version);
    request.onupgradeneeded = ({ oldVersion }) => {
      for (const step of STEPS.slice(oldVersion)) step(request.result, request.transaction);
    };
    request.onsuccess = () => {
      const db = request.result;
      db.onclose = () => { opened = null; };
      db.onversionchange = () => { opened = null; db.close(); };
      resolve(db);
    };
    request.onerror = () => reject(request.error);
  });
}

function open() {
  opened ??= openAt(STEPS.length).catch((error) => {
    if (error?.name !== "VersionError") throw error;
    return openAt(); // a newer shell was here before this one
  });
  opened.catch(() => { opened = null; });
  return opened;
}

async function begin(names, mode) {
  const db = await open();
  try {
    return db.transaction(names, mode, { durability: "strict" });
  } catch (error) {
    if (error.name !== "InvalidStateError") throw error;
    opened = null; // the browser closed it behind our back (seen after a long sleep)
    return (await open()).transaction(names, mode, { durability: "strict" });
  }
}

async function run(names, mode, work) {
  const transaction = await begin(names, mode);
  return new Promise((resolve, reject) => {
    const stores = Object.fromEntries(names.map((name) => [name, transaction.objectStore(name)]));
    let answer;
    transaction.oncomplete = () => resolve(answer);
    transaction.onabort = () => reject(transaction.error ?? new Error("not stored"));
    work(stores, (value) => { answer = value; }, transaction);
  });
}

const read = (names, work) => run(names, "readonly", work);
const write = (names, work) => run(names, "readwrite", work);

function then(request, next) {
  request.onsuccess = () => next(request.result);
}

// Everything the page shows, in one look.
export function readAll() {
  return read(["keep", "devices", "outbox", "receipts", "feeds"], (stores, give) => {
    const all = { device: null, devices: [], outbox: [], receipts: [], feed: null, persisted: null, tubes: {} };
    give(all);
    then(stores.devices.getAll(), (devices) => { all.devices = devices; });
    then(stores.outbox.getAll(), (rows) => { all.outbox = rows; });
    then(stores.receipts.getAll(), (rows) => { all.receipts = rows; });
    then(stores.keep.get("persisted"), (answer) => { all.persisted = answer ?? null; });
    then(stores.keep.get("tubes"), (tubes) => { all.tubes = tubes ?? {}; });
    then(stores.keep.get("device"), (id) => {
      if (!id) return;
      all.device = all.devices.find((device) => device.id === id) ?? null;
      then(stores.feeds.get(id), (feed) => { all.feed = feed && !isOver(feed) ? feed : null; });
    });
  });
}

// A list is kept a day beyond its use and its rounds. Counted from the later, so that a wrong clock takes nothing away.
function isOver(feed) {
  const ends = feed.rounds.map((round) => Date.parse(round.ends_at) || 0);
  return Date.now() > Math.max(feed.fetched_at, ...ends) + DAY;
}

export function remember(key, value) {
  return write(["keep"], (stores) => { stores.keep.put(value, key); });
}

// --- binding ------------------------------------------------------------------------------------

// The key is stored before it is sent: should the answer be lost, the same key is sent again.
export function keyForInvite(code, makeDevice) {
  return write(["keep"], (stores, give) => {
    then(stores.keep.get("pending"), (pending) => {
      const device = pending?.code === code ? pending.device : makeDevice();
      stores.keep.put({ code, device }, "pending");
      give(device);
    });
  });
}

export function becomeDevice(device) {
  return write(["keep", "devices", "feeds"], (stores) => {
    then(stores.devices.get(device.id), (known) => {
      stores.devices.put(known ?? { ...device, last_seq: 0, last_sent_at: null, signed_out: false, bound_at: Date.now() });
    });
    stores.keep.put(device.id, "device");
    stores.keep.delete("pending");
    stores.feeds.clear(); // doors of whoever used this phone before are none of the next one's business
  });
}

export function leaveDevice() {
  return write(["keep", "feeds"], (stores) => {
    stores.keep.delete("device");
    stores.feeds.clear();
  });
}

export function noteDevice(id, changes) {
  return write(["devices"], (stores) => {
    then(stores.devices.get(id), (device) => { if (device) stores.devices.put({ ...device, ...changes }); });
  });
}

// --- marks --------------------------------------------------------------------------------------

// The counter and the mark belong to one transaction: numbers have no gaps and no twins.
export function saveMark(deviceId, mark) {
  return write(["devices", "outbox", "receipts"], (stores, give, transaction) => {
    then(stores.devices.get(deviceId), (device) => {
      if (!device) return transaction.abort();
      device.last_seq += 1;
      const row = { id: uuid7(), device: deviceId, seq: device.last_seq, marked_at: new Date().toISOString(), ...mark };
      stores.devices.put(device);
      stores.outbox.add(row);
      then(stores.receipts.getAll(), (rows) => { // a word about an earlier mark has been acted on
        for (const told of rows) if (told.visit === mark.visit && told.message_open) stores.receipts.put({ ...told, message_open: false });
      });
      give(row);
    });
  });
}

export function readOutbox() {
  return read(["devices", "outbox", "keep"], (stores, give) => {
    const all = { devices: [], outbox: [], current: null };
    give(all);
    then(stores.devices.getAll(), (devices) => { all.devices = devices; });
    then(stores.outbox.getAll(), (rows) => { all.outbox = rows; });
    then(stores.keep.get("device"), (id) => { all.current = id ?? null; });
  });
}

// The only way out of the outbox.
export function acknowledge(deviceId, receipts, missing) {
  return write(["devices", "outbox", "receipts"], (stores, give) => {
    let count = 0;
    give(0);
    for (const receipt of receipts) {
      if (!HAS_IT.has(receipt.result)) continue;
      then(stores.outbox.get(receipt.id), (row) => {
        if (!row || row.device !== deviceId) return;
        const { result, reason = "", message = "" } = receipt;
        stores.outbox.delete(row.id);
        stores.receipts.put({ ...row, result, reason, message, sent_at: Date.now(), message_open: result === "held" || result === "conflict" || Boolean(message) });
        give(count += 1);
      });
    }
    then(stores.devices.get(deviceId), (device) => {
      if (device) stores.devices.put({ ...device, last_sent_at: Date.now(), missing: missing ?? device.missing });
    });
  });
}

// --- doors --------------------------------------------------------------------------------------

// `feed` null: the portal says nothing changed since the list we have.
export function saveFeed(deviceId, startedAt, feed, etag) {
  return write(["feeds", "receipts"], (stores) => {
    then(stores.feeds.get(deviceId), (known) => {
      const next = feed ? { ...feed, device: deviceId, etag } : known;
      if (!next) return;
      stores.feeds.put({ ...next, started_at: startedAt, fetched_at: Date.now() });
      const visits = new Set(next.rounds.flatMap((round) => round.doors.map((door) => door.visit)));
      then(stores.receipts.getAll(), (rows) => {
        for (const row of rows) {
          const isShown = row.sent_at < startedAt; // this list was made after the portal had it
          if (isShown && (!row.message_open || !visits.has(row.visit))) stores.receipts.delete(row.id);
        }
      });
    });
  });
}

// Once nothing waits under a key, the keys of earlier sign-ins go; and the list of a phone that was signed out.
export function tidyUp() {
  return write(["devices", "outbox", "keep", "feeds"], (stores) => {
    then(stores.keep.get("device"), (current) => {
      then(stores.outbox.getAll(), (rows) => {
        const busy = new Set(rows.map((row) => row.device));
        then(stores.devices.getAll(), (devices) => {
          for (const device of devices.filter((one) => !busy.has(one.id))) {
            if (device.id !== current) stores.devices.delete(device.id);
            if (device.signed_out) stores.feeds.delete(device.id);
          }
        });
      });
    });
  });
}
