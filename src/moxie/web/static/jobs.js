/** Long work: started once, followed by events, shown as a card; its truth is the server's. */
import { ApiError, api } from "./api.js";
import { loss } from "./chart.js";
import { $, complain, h, once, show } from "./dom.js";
import { figure, seconds, t } from "./words.js";

const jobs = new Map();
const hearers = new Set();
export const LIVE = new Set(["queued", "running", "pausing"]);
const OVER = new Set(["done", "failed", "cancelled"]);

/** Hear every change of every job, those known already first; returns what ends it. */
export function hear(hearer) {
  hearers.add(hearer);
  for (const job of jobs.values()) hearer(job);
  return () => hearers.delete(hearer);
}

function take(job) {
  const known = jobs.get(job.id);
  if (known && known.version >= job.version) return;
  jobs.set(job.id, job);
  for (const hearer of hearers) hearer(job);
}

/** Go on listening; the browser comes back by itself after a lost connection. */
export async function listen() {
  try {
    for (const job of (await api.jobs()).jobs.toReversed()) take(job);
  } catch {
    /* the events bring them when the server is there again */
  }
  const source = new EventSource("/api/events");
  source.addEventListener("job", (event) => take(JSON.parse(event.data)));
  let silence = 0;
  source.addEventListener("error", () => { silence ||= setTimeout(() => { $("#alone").hidden = false; }, 4000); });
  source.addEventListener("open", () => { clearTimeout(silence); silence = 0; $("#alone").hidden = true; });
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
}

/** Ask for a job; `then` hears it when it is done. */
export async function start(kind, wish) {
  const job = await api.start(kind, wish);
  take(job);
  return job;
}

/** Wait for a job: resolves with it once it is done; rejects with its sentence otherwise. */
export function finished(id) {
  return new Promise((resolve, reject) => {
    const stop = hear((job) => {
      if (job.id !== id || !OVER.has(job.state)) return;
      queueMicrotask(() => stop());
      if (job.state === "done") resolve(job);
      else reject(new ApiError(job.error?.message ?? t("Cancelled."), 0, job.error?.kind, job.error?.place));
    });
  });
}

export function titleOf(job) {
  return {
    collect: t("Collecting works"), learn: t("Learning"), create: t("Making new works"), restore: t("Restoring"),
    report: t("Writing the report"), export: t("Writing files"), suggest: t("Looking for damage"),
    tune: t("Learning from your answers"),
  }[job.kind] ?? job.kind;
}

function stateOf(job) {
  switch (job.state) {
    case "queued": return job.ahead ? t("Waiting; {n} before it.", { n: job.ahead }) : t("Waiting.");
    case "pausing": return t("Pausing at the next step …");
    case "paused": return t("Paused. What was learnt is kept.");
    case "interrupted": return t("Interrupted when the studio stopped. It can go on from there.");
    case "cancelled": return t("Cancelled.");
    case "failed": return t("It failed.");
    case "done": return t("Done.");
    default: return "";
  }
}

/** A card about one job, updated in place so that the keyboard stays where it is. */
export class Card {
  constructor(job, { full = false } = {}) {
    this.full = full;
    this.title = h("h3");
    this.bar = h("progress", { max: 1, "aria-label": t("Progress") });
    this.told = h("p.figures");
    this.stages = h("ol.stages", { "aria-label": t("Stages") });
    this.fault = h("p.fault", { role: "alert", hidden: true });
    this.curve = h("div");
    this.buttons = Object.fromEntries(
      [["pause", t("Pause")], ["resume", t("Go on")], ["cancel", t("Cancel")], ["dismiss", t("Put away")]].map(([verb, label]) =>
        [verb, h("button.little", { type: "button", onclick: (event) => this.#steer(event.currentTarget, verb) }, label)]));
    this.element = h("section.job", { "aria-label": titleOf(job) }, this.title, this.bar, this.told, full && this.stages, full && this.curve, this.fault, h("div.row", {}, Object.values(this.buttons)));
    this.update(job);
  }

  async #steer(button, verb) {
    await once(button, async () => {
      try {
        take(await api.steer(this.job.id, verb));
      } catch (error) {
        complain(this.fault, error);
      }
    });
    this.#verbs();
  }

  update(job) {
    this.job = job;
    const stage = job.stages.find((one) => one.seconds !== null && !one.over);
    this.title.textContent = job.corpus_name ? `${titleOf(job)} · ${job.corpus_name}` : titleOf(job);
    this.bar.hidden = !LIVE.has(job.state);
    if (stage?.total) this.bar.value = stage.done / stage.total;
    else this.bar.removeAttribute("value");
    const parts = [stateOf(job)];
    if (job.state === "running" && stage) {
      parts.push(stage.title, stage.total ? t("{done} of {total}", { done: stage.done, total: stage.total }) : "");
      if (job.left !== null && job.left !== undefined) parts.push(t("about {time} left in this stage", { time: seconds(job.left) }));
    }
    this.told.textContent = parts.filter(Boolean).join(" · ");
    complain(this.fault, job.error);
    if (this.full) this.#details(job);
    this.#verbs();
  }

  #details(job) {
    show(this.stages, job.stages.map((stage) => h("li", { class: stage.over ? "past" : stage.seconds === null ? "" : "now" }, stage.title, stage.over && stage.seconds ? ` ${seconds(stage.seconds)}` : "")));
    const values = job.losses.filter((value) => value !== null);
    if (values.length > 1 && values.length !== this.drawn) {
      this.drawn = values.length;
      show(this.curve, h("p.figures", {}, t("Loss by step; lower is better. Now {value}.", { value: figure(values.at(-1)) })), loss(values));
    }
  }

  #verbs() {
    const { state, resumable, kind } = this.job;
    this.buttons.pause.hidden = !(state === "running" && kind === "learn");
    this.buttons.resume.hidden = !resumable || LIVE.has(state);
    this.buttons.resume.textContent = state === "failed" ? t("Try again") : t("Go on");
    this.buttons.dismiss.hidden = state !== "failed";
    this.buttons.cancel.hidden = !(LIVE.has(state) || state === "paused" || state === "interrupted");
  }
}

/** Whether a job has failed and nobody has put that away yet, so that whoever comes back sees it. */
export const unseen = (job) => job.state === "failed" && !job.dismissed;

/**
 * Keep a place's own cards up to date: those of the jobs that `wanted` says belong there. A failed
 * one stays, with its reason, until it is put away. Where the place `tells` that itself, this is so
 * only of those that failed while it was not open.
 */
export function cards(element, wanted, { full = false, tells = false, ondone = () => {} } = {}) {
  const shown = new Map();
  const told = new Set();
  return hear((job) => {
    const seen = shown.get(job.id);
    if (LIVE.has(job.state)) told.add(job.id);
    const failed = unseen(job) && !(tells && told.has(job.id));
    if (!seen && (!wanted(job) || (OVER.has(job.state) && !failed))) return;
    if (seen) seen.update(job);
    else {
      shown.set(job.id, new Card(job, { full }));
      element.append(shown.get(job.id).element);
      element.hidden = false;
    }
    if (OVER.has(job.state) && !failed) {
      shown.get(job.id).element.remove();
      shown.delete(job.id);
      if (job.state === "done") ondone(job);
    }
  });
}

/** Say something to people who listen to the page. */
export function aloud(sentence) {
  const region = $("#aloud");
  if (region && region.textContent !== sentence) region.textContent = sentence;
}
