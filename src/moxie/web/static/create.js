/** Create: a person leads by the dial, a beginning, a part, the art's own dials, a blend. */
import { api } from "./api.js";
import { Beginning } from "./beginning.js";
import { $, $$, complain, h, once, show } from "./dom.js";
import { cards, hear, start } from "./jobs.js";
import { figure } from "./made_figure.js";
import { person } from "./person.js";
import { page, share, t } from "./words.js";

const corpus = page.corpus.id;
const form = $("#create");
const beginning = new Beginning(corpus);

/* The form */

const dial = form.elements.novelty;
const tell = () => { $("#novelty-told").textContent = share(Number(dial.value)); };
dial.addEventListener("input", tell);
tell();

/** One field for each dial that the art has, with what to write in it. */
function dials(known) {
  $("#more-dials").hidden = !known.length;
  show($("#dials"), known.map(({ name, hint }) => h("div.field", {}, h("label", { for: `dial-${name}` }, hint),
    h("input", { type: "text", id: `dial-${name}`, maxlength: 200, autocomplete: "off", data: { dial: name } }))));
}

async function surroundings() {
  const [arts, corpora] = await Promise.all([api.arts(), api.corpora()]);
  const art = arts.find((one) => one.name === page.art);
  if (art) {
    form.elements.size.placeholder = art.size.toReversed().join("x");
    dials(art.dials);
  }
  const own = corpora.find((one) => one.id === corpus);
  $("#untrained").hidden = Boolean(own?.trained);
  $("#go").disabled = !own?.trained;
  if (own?.trained) api.model(corpus).then(({ dial: told }) => { $("#dial-told").textContent = told ?? ""; }, () => {});
  const others = corpora.filter((one) => one.art === page.art && one.trained && one.id !== corpus);
  $("#blending").hidden = !others.length || !own?.trained;
  show($("#blend"), [own, ...others].filter(Boolean).map((one) => h("div.field", {}, h("label", { for: `blend-${one.id}` }, one.name),
    h("input", { type: "range", id: `blend-${one.id}`, min: 0, max: 1, step: 0.05, value: one.id === corpus ? 1 : 0, data: { blend: one.id } }))));
}

function blend() {
  const weights = $$("[data-blend]").map((input) => [input.dataset.blend, Number(input.value)]).filter(([, weight]) => weight > 0);
  return weights.length > 1 ? Object.fromEntries(weights) : null;
}

function options() {
  const set = $$("[data-dial]").map((input) => [input.dataset.dial, input.value.trim()]);
  return Object.fromEntries(set.filter(([, value]) => value));
}

async function wish() {
  const { n, seed, size, novelty } = form.elements;
  const made = { corpus, n: Number(n.value), seed: Number(seed.value), novelty: Number(novelty.value), options: options(), ...(await beginning.wish()) };
  if (size.value.trim() && !made.region && !made.mask) made.size = size.value.trim();
  const between = blend();
  if (between) made.blend = between;
  if (form.elements.liked.checked) made.liked_by = person();
  return made;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  once($("#go"), async () => {
    $("#trouble").hidden = true;
    try {
      await start("create", await wish());
      form.elements.seed.value = String(Number(form.elements.seed.value) + 1); // the next ones are others
      $("#newest").scrollIntoView({ block: "nearest" });
    } catch (error) {
      complain($("#trouble"), error);
      $("#trouble").scrollIntoView({ block: "nearest" });
    }
  });
});

/* What was made */

const shown = new Map();
async function newest() {
  const { creations } = await api.creations(corpus, { limit: 12 });
  const figures = creations.map((made) => {
    if (!shown.has(made.id)) shown.set(made.id, figure(made, corpus));
    return shown.get(made.id);
  });
  show($("#wall"), figures.length ? figures : h("div.empty", {}, h("p", {}, t("Nothing has been created yet."))));
  $("#wall").removeAttribute("aria-busy");
}

cards($("#job"), (job) => job.kind === "create" && job.corpus === corpus, { ondone: () => newest() });
let seen = "";
hear((job) => {
  if (job.kind !== "create" || job.corpus !== corpus) return;
  const steps = `${job.id} ${job.stages.map((stage) => stage.done).join()}`;
  if (job.state === "running" && steps !== seen) {
    seen = steps;
    newest().catch(() => {});
  }
});

surroundings().catch(() => {});
newest().catch((error) => show($("#wall"), h("div.empty", { role: "alert" }, h("p", {}, error.message))));
