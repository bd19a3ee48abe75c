/** Model: is it enough, why this recipe, training live, what came of it, and the versions. */
import { api } from "./api.js";
import { learning, loss, race } from "./chart.js";
import { $, complain, h, once, show } from "./dom.js";
import { cards, hear, start } from "./jobs.js";
import { measures } from "./measures.js";
import { toast } from "./shell.js";
import { number, page, share, t } from "./words.js";

const corpus = page.corpus.id;
const form = $("#learn");
const soft = (sentence) => h("p.soft", {}, sentence);

function sufficiency(found) {
  if (!found) return soft(t("Training measures it first: what is learnt from a few works, from more, from all."));
  const verdict = { enough: t("Enough."), more: t("It would gain from about {n} more.", { n: found.more }), few: t("Too few to be sure.") }[found.verdict] ?? found.verdict;
  return [h("p.verdict", {}, verdict), h("p", {}, found.why), learning(found.curve),
    found.curve.length ? h("p.figures", {}, t("Error on works kept aside; lower is better. The band is the 95 % interval.")) : null, h("p", {}, found.augment_why)];
}

function choice(found) {
  if (!found) return soft(t("Recipes that suit the works race each other on works kept aside; the best is trained."));
  const others = found.others.length ? h("details", {}, h("summary.small", {}, t("Why not the others")), h("dl.others", {}, found.others.map((one) => [h("dt", {}, one.recipe), h("dd", {}, one.why)]))) : null;
  return [h("p.verdict", {}, found.recipe), h("p", {}, found.why), found.notes.map((note) => h("p", {}, note)), h("p", {}, found.plan_why), race(found.race, found.recipe, found.scale, found.made), others];
}

function evaluation(run) {
  const found = run?.evaluation;
  if (!found && run?.model) return soft(t("This version has not been measured."));
  if (!found) return soft(t("Measured when the training is over, on works the model has not seen."));
  const near = found.near_copies ? t("Near-copies among them: {n}.", { n: found.near_copies }) : t("None of them is a near-copy.");
  return [measures(found), h("p.figures", {}, t("Measured on {samples} creations by {judge}.", { samples: found.samples, judge: found.judge }), " ", near), run.parent && !run.balanced ? h("p.small", {}, t("It was tuned by a person’s answers and measured when it was tried against the version before it.")) : null, found.notes.map((note) => h("p.small", {}, note))];
}

const stateOf = (run) => ({ done: t("trained"), stopped: t("stopped"), training: t("not finished") })[run.state] ?? run.state;

function usable(run) {
  if (run.current || !run.model) return null;
  return h("button.little", { type: "button", onclick: (event) => once(event.currentTarget, async () => {
    try {
      await api.version(corpus, run.id);
      await draw();
    } catch (error) {
      toast(error.message);
    }
  }) }, t("Use it"));
}

function versions(runs) {
  if (!runs.length) return soft(t("Nothing has been trained yet."));
  const head = [t("Version"), t("Recipe"), t("Seed"), t("State"), t("Fidelity"), t("Creations"), t("Loss")];
  return h("div.wide", { tabindex: 0, role: "group", "aria-labelledby": "versions" }, h("table.versions", {}, h("thead", {}, h("tr", {}, head.map((title) => h("th", { scope: "col" }, title)))),
    h("tbody", {}, runs.map((run) => h("tr", { class: run.current ? "won" : "" },
      h("th", { scope: "row" }, h("code", {}, run.id.slice(0, 8)), run.current ? h("span.tag", {}, t("in use")) : null, run.parent ? h("span.tag", {}, run.balanced ? t("balanced") : t("tuned")) : null, usable(run)), h("td", {}, run.recipe), h("td", {}, String(run.seed)), h("td", {}, stateOf(run)),
      h("td", {}, share(run.evaluation?.fidelity?.value)), h("td", {}, run.creations ? h("a", { href: `/c/${corpus}/made?run=${run.id}` }, number(run.creations)) : number(0)),
      h("td.little-loss", {}, loss(run.losses.filter((value) => value !== null))))))));
}

async function draw() {
  const model = await api.model(corpus);
  const current = model.runs.find((run) => run.current) ?? null;
  show($("#sufficiency"), sufficiency(model.sufficiency));
  show($("#choice"), choice(model.choice));
  show($("#evaluation"), evaluation(current));
  show($("#runs"), versions(model.runs));
  $("#next").hidden = !model.corpus.trained;
  $("#next-told").textContent = t("It is trained.");
  $("#go").textContent = model.corpus.trained ? t("Train again") : t("Train");
  return model;
}

async function recipes() {
  for (const recipe of await api.recipes(page.art)) $("#recipe").append(h("option", { value: recipe.name, title: recipe.summary }, recipe.name));
}

$("#see").addEventListener("click", (event) => once(event.currentTarget, async () => {
  try {
    await start("create", { corpus, n: 4, seed: page.seed });
    location.assign(`/c/${corpus}/create`);
  } catch (error) {
    toast(error.message);
  }
}));

form.addEventListener("submit", (event) => {
  event.preventDefault();
  once($("#go"), async () => {
    $("#trouble").hidden = true;
    try {
      const { budget, seed, recipe } = form.elements;
      await start("learn", { corpus, budget: Number(budget.value), seed: Number(seed.value), ...(recipe.value ? { recipe: recipe.value } : {}) });
      $("#place").scrollIntoView();
    } catch (error) {
      toast(error.message);
    }
  });
});

const mine = (job) => job.kind === "learn" && job.corpus === corpus;
cards($("#job"), mine, { full: true, ondone: () => draw() });
let seen = "";
hear((job) => {
  if (!mine(job)) return;
  $("#go").disabled = ["queued", "running", "pausing"].includes(job.state);
  const over = job.stages.filter((stage) => stage.over).map((stage) => stage.name).join();
  if (job.state === "running" && over !== seen) {
    seen = over;
    draw().catch(() => {});
  }
  if (job.state === "running") $("#next").hidden = true;
});

draw().catch((error) => {
  complain($("#trouble"), error);
});
recipes().catch(() => {});
