/** Compare: four at a time, put in order by clicking or by keys; likes, stars, tags and notes beside. */
import { api } from "./api.js";
import { $, $$, h, once, show } from "./dom.js";
import { aloud, cards, start } from "./jobs.js";
import { person, remember } from "./person.js";
import { heard, judged, small } from "./plates.js";
import { toast } from "./shell.js";
import { number, page, percent, t } from "./words.js";

const corpus = page.corpus.id;
const four = $("#four");
const who = $("#who");
let question = null;
let order = []; // ids, the best first

who.value = person();
who.addEventListener("change", () => { remember(who.value); ask(); });

function whyOf(why) {
  switch (why) {
    case "learn": return t("These tell it most about your taste.");
    case "please": return t("These it thinks you like.");
    case "test": return t("By these it tests itself: it will not learn from the answer.");
    case "blind": return t("Two of these are by the old version of the model and two by the new one. Which are which is not told.");
    case "again": return t("You have seen these before: it looks whether you are of one mind.");
    default: return "";
  }
}

async function ask() {
  four.setAttribute("aria-busy", "true");
  $("#told").textContent = t("Choosing what to show. The first time, all that was made is looked at, which takes a while.");
  try {
    question = await api.question(corpus, { who: person() });
    order = [];
    show(four, question.shown.map(card));
    $("#told").textContent = whyOf(question.why);
    $("#verbs").hidden = false;
    mark();
    aloud(t("Four new ones to compare."));
  } catch (error) {
    question = null;
    $("#verbs").hidden = true;
    $("#told").textContent = "";
    const create = h("a", { class: "button", href: `/c/${corpus}/create` }, t("Make new works"));
    show(four, h("div.empty", { role: "alert" }, h("p", {}, error.message), create, " ", h("button", { type: "button", onclick: ask }, t("Try again"))));
  }
  four.removeAttribute("aria-busy");
  taste();
  tuning().catch(() => {});
}

function card(made, index) {
  const place = h("span.place", { "aria-hidden": "true" });
  const title = t("Number {n}", { n: index + 1 });
  const button = h("button.view", { type: "button", data: { id: made.id }, "aria-pressed": "false", "aria-label": title, onclick: () => choose(made.id) }, judged("creations", made.id, title), place);
  const stand = h("div.stand", {}, button);
  heard("creations", made.id, title).then((audio) => audio && stand.append(audio));
  return h("figure.asked", { data: { id: made.id } }, stand,
    h("figcaption.row.apart", {}, h("span.display", {}, String(index + 1)), h("a.small", { href: `/c/${corpus}/made/${made.id}` }, t("All about it"))), opinion(made));
}

function choose(id) {
  if (order.includes(id)) order = order.slice(0, order.indexOf(id)); // clicked again: it and what came after is open
  else order.push(id);
  const rest = question.shown.filter((made) => !order.includes(made.id));
  if (rest.length === 1 && order.length > 0) order.push(rest[0].id);
  mark();
}

function back() {
  const full = order.length === question.shown.length && order.length > 1;
  order = order.slice(0, full ? -2 : -1); // the last place filled itself
  mark();
}

function mark() {
  for (const button of $$(".view", four)) {
    const place = order.indexOf(button.dataset.id);
    const index = question.shown.findIndex((made) => made.id === button.dataset.id) + 1;
    button.setAttribute("aria-pressed", String(place >= 0));
    button.setAttribute("aria-label", place < 0 ? t("Number {n}", { n: index }) : t("Number {n}, place {place}", { n: index, place: place + 1 }));
    $(".place", button).textContent = place < 0 ? "" : number(place + 1);
  }
  $("#order").disabled = order.length < question.shown.length;
  $("#pick").disabled = order.length < 1;
  $("#back").disabled = order.length < 1;
}

async function send(button, said) {
  await once(button, async () => {
    try {
      await api.answer(corpus, { question: question.number, seed: question.seed, why: question.why, shown: question.shown.map((made) => made.id), who: person(), ...said });
      const blind = question.why === "blind";
      if (said.kind === "order" || said.kind === "pick" || said.kind === "skip") await ask();
      if (blind && question?.why !== "blind") toast((await api.tuning(corpus, person())).tuning?.why ?? "");
    } catch (error) {
      toast(error.message);
    }
  });
  if (question) mark();
}

const verbs = {
  order: () => send($("#order"), { kind: "order", order }),
  pick: () => send($("#pick"), { kind: "pick", order: order.slice(0, 1) }),
  skip: () => send($("#skip"), { kind: "skip" }),
  back,
  undo: () => once($("#undo"), async () => {
    try {
      const { answer } = await api.undo(corpus, person());
      toast(answer ? t("The last answer is taken back.") : t("There is no answer to take back."));
      await ask();
    } catch (error) {
      toast(error.message);
    }
  }),
};
for (const [name, work] of Object.entries(verbs)) $(`#${name}`).addEventListener("click", work);

/* What else can be said of one: like, stars, tags, a note */

function opinion(made) {
  const told = h("span.figures", { role: "status" });
  const say = (button, said) => once(button, async () => {
    try {
      await api.answer(corpus, { shown: [made.id], who: person(), ...said });
      told.textContent = t("Noted.");
    } catch (error) {
      told.textContent = error.message;
    }
  });
  const like = (value, label, sign) => h("button.little", { type: "button", "aria-label": label, title: label, onclick: (event) => say(event.currentTarget, { kind: "like", value }) }, sign);
  const stars = h("select", { "aria-label": t("Stars"), onchange: (event) => event.target.value && say(event.target, { kind: "stars", value: Number(event.target.value) }) },
    h("option", { value: "" }, t("Stars")), [1, 2, 3, 4, 5].map((n) => h("option", { value: n }, "★".repeat(n))));
  const tags = h("input", { type: "text", maxlength: 200, "aria-label": t("Tags"), placeholder: t("tags, with commas") });
  const note = h("textarea", { maxlength: 1000, "aria-label": t("Note"), placeholder: t("a note") });
  const keep = h("button.little", { type: "button", onclick: async () => {
    const words = tags.value.split(/[,，、]/).map((tag) => tag.trim()).filter(Boolean);
    if (words.length) await say(keep, { kind: "tags", tags: words });
    if (note.value.trim()) await say(keep, { kind: "note", note: note.value.trim() });
  } }, t("Keep"));
  return h("details.opinion", {}, h("summary.small", {}, t("Say more")), h("div.row", {}, like(1, t("I like it"), "♥"), like(0, t("I do not like it"), "✕"), stars), tags, note, h("div.row", {}, keep, told));
}

async function taste() {
  const box = $("#taste");
  const shares = (found) => ({ share: percent(found.value), low: percent(found.low), high: percent(found.high), n: found.pairs });
  try {
    const known = await api.taste(corpus, { who: person() });
    const told = [known.answers === 1 ? t("One answer so far.") : t("{n} answers so far.", { n: known.answers })];
    if (known.tested) told.push(t("Of {n} pairs it was not shown the answers to, it foretells {share} ({low} to {high}).", shares(known.tested)));
    if (known.steady) told.push(t("Asked twice about {n} pairs, you said the same in {share} ({low} to {high}).", shares(known.steady)));
    if (known.contradicted) told.push(t("Your answers contradict each other in {n} of {all} pairs.", { n: known.contradicted, all: known.compared }));
    told.push(...known.told);
    if (!known.tested) told.push(t("How well it foretells you is told after some more answers."));
    const best = known.best.slice(0, 8).map((id, place) => h("li", {}, h("a.view", { href: `/c/${corpus}/made/${id}`, "aria-label": t("Place {n}", { n: place + 1 }) }, small("creations", id, t("Place {n}", { n: place + 1 }))), h("span.figures", { "aria-hidden": "true" }, number(place + 1))));
    show(box, told.map((sentence) => h("p", {}, sentence)), best.length ? [h("h3", {}, t("Your favourites, as far as it knows")), h("ol.plain.favourites", {}, best)] : null);
  } catch {
    show(box, h("p.soft", {}, t("How well it foretells you is told after some more answers.")));
  }
}

/* Learning from the answers */

async function tuning() {
  const { tuning: found } = await api.tuning(corpus, person());
  $("#tuned").textContent = found?.why ?? "";
}

$("#tune").addEventListener("click", (event) => once(event.currentTarget, async () => {
  try {
    await start("tune", { corpus, who: person() });
  } catch (error) {
    toast(error.message);
  }
}));

/** What came of it; an order or a note that somebody has begun stays. */
function tuned(job) {
  $("#tuned").textContent = job.result?.notes?.join(" ") ?? "";
  if (job.result?.run && !order.length && !$("details[open]", four)) ask();
}

cards($("#job"), (job) => job.kind === "tune" && job.corpus === corpus, { ondone: tuned });

document.addEventListener("keydown", (event) => {
  if (!question || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, details, dialog")) return;
  const nth = "1234".indexOf(event.key);
  if (nth >= 0 && question.shown[nth]) choose(question.shown[nth].id);
  else if (event.key === "Enter" && !event.target.closest("button, a")) { if (!$("#order").disabled) verbs.order(); }
  else if (event.key.toLowerCase() === "p" && !$("#pick").disabled) verbs.pick();
  else if (event.key === "Backspace" && order.length) back();
  else if (event.key.toLowerCase() === "s") verbs.skip();
  else if (event.key.toLowerCase() === "u") verbs.undo();
  else return;
  event.preventDefault();
});

ask();
