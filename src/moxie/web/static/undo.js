/** Changes of a whole work to undo: a slider each, for those that the art says it can; and what came of it. */
import { api } from "./api.js";
import { $, h, show } from "./dom.js";
import { beforeAfter } from "./slider.js";
import { list, percent, t } from "./words.js";

let titles = {}; // by name
let turn = 0;

/** Offer what can be undone in the chosen work, {upload} or {work}; nothing where nothing can, or for null. */
export async function offer(source, corpus) {
  turn += 1;
  const mine = turn;
  $("#undo").hidden = true;
  show($("#undo-dials"));
  titles = {};
  if (!source) return;
  const found = await api.undoable(source, corpus).catch(() => []); // what is wrong with it, restoring will say
  if (mine !== turn || !found.length) return;
  titles = Object.fromEntries(found.map((one) => [one.name, one.title]));
  show($("#undo-dials"), found.map(dial));
  $("#undo").hidden = false;
}

function dial({ name, title }) {
  const told = h("output.figures", { for: `undo-${name}` });
  const range = h("input", { type: "range", id: `undo-${name}`, min: 0, max: 1, step: 0.05, value: 0, data: { undo: name } });
  const move = () => {
    told.textContent = Number(range.value) ? percent(Number(range.value)) : t("left as it is");
    range.setAttribute("aria-valuetext", told.textContent);
  };
  range.addEventListener("input", move);
  move();
  return h("div.field", {}, h("label", { for: `undo-${name}` }, title), range, told);
}

/** How much of what is to be undone: {name: 0..1}, without what is left as it is. */
export function wanted() {
  const dials = [...document.querySelectorAll("[data-undo]")].map((range) => [range.dataset.undo, Number(range.value)]);
  return Object.fromEntries(dials.filter(([, amount]) => amount > 0));
}

/** Show the work mended beside the one with the changes undone, and how strong each seemed. */
export function reveal({ after, undone, strengths }, title) {
  $("#undone").hidden = !undone;
  if (!undone) return;
  const pictures = [after, undone].every((file) => file.media_type.startsWith("image/"));
  show($("#undone-slider"), pictures && beforeAfter(api.viewOf(after.id), api.viewOf(undone.id), title, [t("mended"), t("undone")]));
  const told = Object.entries(strengths).map(([name, strength]) => `${titles[name] ?? name} (${percent(strength)})`);
  $("#strengths").textContent = t("How strong they seemed: {changes}.", { changes: list(told) });
}
