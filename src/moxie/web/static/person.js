/** By which pseudonym the person at this browser is asked what they like. */
const KEY = "moxie-who";

export function person() {
  try {
    return localStorage.getItem(KEY)?.trim() || "me";
  } catch {
    return "me"; // storage is off
  }
}

export function remember(who) {
  try {
    localStorage.setItem(KEY, who.trim());
  } catch {
    /* it is asked for every time */
  }
}
