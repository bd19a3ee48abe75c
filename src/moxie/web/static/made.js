/** Works made: a gallery of thousands, a page at a time, with filters that the address remembers. */
import { api } from "./api.js";
import { $, h } from "./dom.js";
import { cards } from "./jobs.js";
import { figure } from "./made_figure.js";
import { Wall } from "./wall.js";
import { person } from "./person.js";
import { page, t } from "./words.js";

const corpus = page.corpus.id;
const form = $("#filters");
const NAMES = ["run", "flagged", "liked", "novelty"];

function filters() {
  const found = Object.fromEntries(NAMES.map((name) => [name, form.elements[name].value]));
  const [least, most] = found.novelty ? found.novelty.split("-") : ["", ""];
  return { run: found.run, flagged: found.flagged, liked: found.liked ? person() : "", novelty_from: least, novelty_to: most };
}

const nothing = () => {
  const filtered = NAMES.some((name) => form.elements[name].value);
  const sentence = filtered ? t("Nothing that was made is like that.") : t("Nothing has been created yet.");
  return h("div.empty", {}, h("p", {}, sentence), filtered ? null : h("a.button.primary", { href: `/c/${corpus}/create` }, t("Make new works")));
};

const wall = new Wall($("#wall"), $("#more"), async (query) => {
  const { creations, total } = await api.creations(corpus, { ...query, ...filters() });
  $("#told").textContent = total === 1 ? t("One work") : t("{n} works", { n: total });
  return { items: creations, total };
}, (made) => figure(made, corpus), nothing);

function fromAddress() {
  const asked = new URLSearchParams(location.search);
  for (const name of NAMES) {
    const wanted = asked.get(name) ?? "";
    if (wanted && name === "run" && ![...form.elements.run.options].some((option) => option.value === wanted)) form.elements.run.append(h("option", { value: wanted }, wanted.slice(0, 8)));
    form.elements[name].value = wanted;
  }
}

form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("change", () => {
  const asked = new URLSearchParams(NAMES.map((name) => [name, form.elements[name].value]).filter(([, value]) => value));
  history.pushState(null, "", asked.size ? `?${asked}` : location.pathname);
  wall.again();
});
addEventListener("popstate", () => { fromAddress(); wall.again(); });

async function versions() {
  const { runs } = await api.model(corpus);
  const known = new Set([...form.elements.run.options].map((option) => option.value));
  for (const run of runs) if (!known.has(run.id)) form.elements.run.append(h("option", { value: run.id }, `${run.recipe} · ${run.id.slice(0, 8)}`));
}

fromAddress();
versions().catch(() => {});
wall.again();
cards(h("div"), (job) => job.kind === "create" && job.corpus === corpus, { ondone: () => wall.again() });
