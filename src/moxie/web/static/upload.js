/** Files on their way in: dropped or chosen, each with its own progress; a lost one can be sent again. */
import { api } from "./api.js";
import { $, $$, h } from "./dom.js";
import { bytes, t } from "./words.js";

const AT_ONCE = 2;
const HIDDEN = /(^|\/)(\.|__MACOSX|Thumbs\.db$|desktop\.ini$)/;

/** What was dropped, folders walked through: [{file, name}], names with their folders. */
export async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files].map(named);
  return (await Promise.all(entries.map((entry) => walk(entry)))).flat();
}

async function walk(entry) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject)).catch(() => null);
    return file ? [{ file, name: entry.fullPath.replace(/^\//, "") }] : [];
  }
  const reader = entry.createReader();
  const found = [];
  for (;;) { // a reader gives a hundred at a time
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject)).catch(() => []);
    if (!some.length) break;
    for (const inner of some) found.push(...(await walk(inner)));
  }
  return found;
}

const named = (file) => ({ file, name: file.webkitRelativePath || file.name });

/** Make a place take files; `take` gets [{file, name}]. */
export function dropzone(zone, take) {
  const open = (which) => $(`[data-input="${which}"]`, zone)?.click();
  for (const button of $$("[data-pick]", zone)) button.addEventListener("click", () => open(button.dataset.pick));
  for (const input of $$("input[type=file]", zone)) {
    input.addEventListener("change", () => { take([...input.files].map(named)); input.value = ""; });
  }
  const over = (on) => (event) => { event.preventDefault(); zone.classList.toggle("over", on); };
  zone.addEventListener("dragover", over(true));
  zone.addEventListener("dragleave", over(false));
  zone.addEventListener("drop", async (event) => { over(false)(event); take(await dropped(event.dataTransfer)); });
  for (const kind of ["dragover", "drop"]) addEventListener(kind, (event) => event.preventDefault()); // a miss opens no file
}

/** Why a file need not be sent at all, or nothing. */
function unfit(file, limit) {
  if (!file.size) return t("It is empty.");
  return file.size > limit ? t("It has {size}; a file may have {limit}.", { size: bytes(file.size), limit: bytes(limit) }) : "";
}

/** The list of files and their way: added, sent, failed, sent again. */
export class Uploads {
  /** `limit`: bytes of one file the server takes. */
  constructor(list, { limit = Infinity, onchange = () => {} } = {}) {
    Object.assign(this, { list, limit, onchange, entries: [], running: 0 });
    addEventListener("beforeunload", (event) => { if (this.busy) event.preventDefault(); });
  }

  get busy() { return this.entries.some((entry) => entry.state === "sending" || entry.state === "waiting"); }

  get failed() { return this.entries.filter((entry) => entry.state === "failed" && entry.again); }

  get ids() { return this.entries.filter((entry) => entry.id).map((entry) => entry.id); }

  get folder() {
    const first = this.entries.find((entry) => entry.name.includes("/"))?.name ?? this.entries[0]?.name ?? "";
    return first.includes("/") ? first.split("/")[0] : first.replace(/\.[^.]*$/, "");
  }

  add(files) {
    for (const { file, name } of files) {
      if (HIDDEN.test(name) || this.entries.some((entry) => entry.name === name && entry.file.size === file.size)) continue;
      const entry = { file, name, state: "waiting", again: true };
      this.#line(entry);
      this.entries.push(entry);
      const why = unfit(file, this.limit);
      if (why) this.#fail(entry, why, false);
    }
    this.#next();
  }

  clear() {
    for (const entry of this.entries) entry.line.remove();
    this.entries = [];
    this.onchange(this);
  }

  #line(entry) {
    entry.bar = h("progress", { max: 1, value: 0, "aria-label": entry.name });
    entry.told = h("span.figures", { role: "status" }, bytes(entry.file.size));
    entry.button = h("button.plainly.little", { type: "button", hidden: true, onclick: () => this.#again(entry) }, t("Send again"));
    const leave = h("button.plainly.little", { type: "button", "aria-label": t("Leave out {name}", { name: entry.name }), onclick: () => this.#leave(entry) }, "✕");
    entry.line = h("li", {}, h("cite", {}, entry.name), entry.told, entry.button, leave, entry.bar);
    this.list.append(entry.line);
  }

  #leave(entry) {
    entry.breaker?.abort();
    if (entry.id) api.dropUpload(entry.id).catch(() => {}); // it would go by itself, later
    this.entries = this.entries.filter((one) => one !== entry);
    entry.line.remove();
    this.onchange(this);
  }

  #again(entry) {
    entry.state = "waiting";
    entry.button.hidden = true;
    entry.line.classList.remove("failed");
    this.#next();
  }

  #fail(entry, why, again) {
    Object.assign(entry, { state: "failed", again });
    entry.told.textContent = why;
    entry.button.hidden = !again;
    entry.bar.hidden = true;
    entry.line.classList.add("failed");
  }

  #next() {
    this.onchange(this);
    while (this.running < AT_ONCE) {
      const entry = this.entries.find((one) => one.state === "waiting");
      if (!entry) return;
      this.#send(entry);
    }
  }

  async #send(entry) {
    Object.assign(entry, { state: "sending", breaker: new AbortController() });
    entry.bar.hidden = false;
    entry.told.textContent = bytes(entry.file.size);
    this.running += 1;
    try {
      const answer = await api.upload(entry.file, entry.name, (share) => { entry.bar.value = share; }, entry.breaker.signal);
      Object.assign(entry, { id: answer.id, state: "sent" });
      entry.told.textContent = t("{size}, sent", { size: bytes(entry.file.size) });
      entry.bar.hidden = true;
    } catch (error) {
      if (error.kind !== "aborted") this.#fail(entry, error.message, error.status === 0 || error.status >= 429);
    }
    this.running -= 1;
    this.#next();
  }
}

/** The rights field of a form: the basis, and the license where one is needed. */
export function rightsOf(form) {
  const basis = form.elements.rights.value;
  return basis === "license" ? `license:${form.elements.license.value.trim()}` : basis;
}

export function rightsField(form) {
  const { rights } = form.elements;
  const look = () => { $(`#${rights.id}-license`).hidden = rights.value !== "license"; };
  rights.addEventListener("change", look);
  look();
}

/** One file for a job: sent at once; resolves with {id, file, name}. */
export async function sendOne({ file, name }, told) {
  const why = unfit(file, (await api.settings()).max_upload); // a server that hangs up on it could not say so
  if (why) throw new Error(why);
  told.textContent = t("Sending {name} …", { name });
  const { id } = await api.upload(file, name, (share) => { told.textContent = `${name} · ${Math.round(share * 100)} %`; });
  told.textContent = name;
  return { id, file, name };
}
