// Using an invitation: the key is made here, stored here, and only then sent.

import { makeToken, uuid4 } from "./ids.js";
import * as store from "./store.js";

export function phoneLabel() {
  const agent = navigator.userAgent;
  const find = (pairs, otherwise) => (pairs.find(([pattern]) => pattern.test(agent)) ?? [null, otherwise])[1];
  const system = find([[/iPhone/, "iPhone"], [/iPad/, "iPad"], [/HarmonyOS|OpenHarmony/, "HarmonyOS"], [/Android/, "Android"], [/Windows/, "Windows"], [/Mac OS/, "Mac"]], "");
  const browser = find([[/MicroMessenger/, "WeChat"], [/Edg\//, "Edge"], [/Firefox|FxiOS/, "Firefox"], [/Chrome|CriOS/, "Chrome"], [/Safari/, "Safari"]], "");
  return [system, browser].filter(Boolean).join(" · ");
}

// The code in a pasted link, or the code itself.
export function codeIn(text) {
  const trimmed = text.trim();
  const found = /\/i\/([^/?#\s]+)/.exec(trimmed);
  return found ? decodeURIComponent(found[1]) : /^[\w-]{8,}$/.test(trimmed) ? trimmed : "";
}

// "" when bound; otherwise the key of the sentence that says why not.
export async function bind(code) {
  let device;
  try {
    device = await store.keyForInvite(code, () => {
      const id = uuid4();
      return { id, token: makeToken(id), label: phoneLabel() };
    });
  } catch {
    return "bind_no_store";
  }
  let response;
  let answer;
  try {
    response = await fetch("/my/bind/", {
      method: "POST", credentials: "omit", redirect: "manual", cache: "no-store",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ code, device: device.id, token: device.token, label: device.label }),
      signal: AbortSignal.timeout?.(30_000),
    });
    answer = await response.json();
  } catch {
    return "bind_no_answer";
  }
  if (answer?.portal !== "shoulou") return response.status === 400 ? "bad_request" : "bind_no_answer";
  if (!response.ok) return answer.error ?? "bad_request";
  try {
    await store.becomeDevice({ ...device, volunteer: answer.volunteer, compound: answer.compound });
  } catch {
    return "bind_no_store";
  }
  return "";
}
