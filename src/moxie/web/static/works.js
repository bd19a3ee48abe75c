/** Works: what there is, on what ground, on which side of the split; bringing more, forgetting one. */
import { api } from "./api.js";
import { $, h, once, show } from "./dom.js";
import { LIVE, cards, hear, start } from "./jobs.js";
import { large, small } from "./plates.js";
import { toast } from "./shell.js";
import { Uploads, dropzone, rightsField, rightsOf } from "./upload.js";
import { list, number, page, t } from "./words.js";
import { Wall } from "./wall.js";

const corpus = page.corpus.id;
const partOf = (part) => ({ train: t("to learn from"), validation: t("to check while learning"), test: t("to judge by"), left_out: t("left out") })[part] ?? "";

export function rightsTold(rights) {
  if (rights === "own") return t("the user’s own");
  if (rights === "public-domain") return t("public domain");
  return rights.startsWith("license:") ? rights.slice(8) : t("rights undeclared");
}

const wall = new Wall($("#wall"), $("#more"), (query) => api.works(corpus, { ...query, which: $("#which").value }).then(({ works, total }) => {
  $("#total").textContent = total === 1 ? t("One work") : t("{n} works", { n: total });
  return { items: works, total };
}), plate, t("There are no works like that."));

function plate(work) {
  const usual = [work.part ? partOf(work.part) : null, rightsTold(work.rights)].filter(Boolean).join(" · ");
  const tags = [work.duplicates.length ? t("near duplicate") : null, work.flags.length ? t("{n} to know", { n: work.flags.length }) : null];
  return h("figure.work", { data: { id: work.id } },
    h("button.view", { type: "button", "aria-haspopup": "dialog", "aria-label": work.title, onclick: () => open(work) }, small("works", work.id, work.title)),
    h("figcaption", {}, h("cite", {}, work.title), h("p.tags", {}, h("span", {}, usual), tags.filter(Boolean).map((tag) => h("span.tag", {}, tag)))));
}

$("#which").addEventListener("change", () => wall.again());

async function counts() {
  try {
    const model = await api.model(corpus);
    const parts = model.parts ?? {};
    const shown = [[t("works"), model.corpus.works], ...["train", "validation", "test", "left_out"].filter((part) => parts[part]).map((part) => [partOf(part), parts[part]])];
    show($("#counts"), shown.map(([title, n]) => h("div", {}, h("dt", {}, title), h("dd", {}, number(n)))));
    $("#next").hidden = !model.corpus.works;
    if ($("#train").dataset.trained === "now") return;
    $("#next-told").textContent = model.corpus.trained ? t("The model knows these works.") : model.corpus.works === 1 ? t("Ready to learn from one work.") : t("Ready to learn from {n} works.", { n: model.corpus.works });
    $("#train").textContent = model.corpus.trained ? t("See new ones") : t("Train");
    $("#train").dataset.trained = model.corpus.trained ? "yes" : "";
  } catch (error) {
    toast(error.message);
  }
}

/* Looking at one */

const dialog = $("#about");
let looked = null;

async function open(work) {
  looked = work;
  $("#about-title").textContent = work.title;
  $("#about-ask").hidden = true;
  $("#forget").textContent = t("Forget this work");
  show($("#about-plate"), small("works", work.id, work.title));
  const facts = [[t("Rights"), rightsTold(work.rights)], [t("Split"), partOf(work.part) || t("not prepared yet")], work.why ? [t("Why it was left out"), work.why] : null,
    work.duplicates.length ? [t("Near duplicates"), list(work.duplicates.map((id) => wall.find(id)?.title ?? id.slice(0, 12)))] : null,
    [t("Amount"), `${number(work.amount)} ${page.unit}`], ...Object.entries(work.facts).map(([name, value]) => [name, String(value)]), [t("Number"), work.id.slice(0, 16)]];
  show($("#about-facts"), h("dl.pairs", {}, facts.filter(Boolean).map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
    work.flags.length ? h("ul.reasons", {}, work.flags.map((flag) => h("li", {}, flag.message))) : null);
  dialog.showModal();
  show($("#about-plate"), await large("works", work.id, work.title));
}

$("#close").addEventListener("click", () => dialog.close());
$("#mend").addEventListener("click", () => location.assign(`/c/${corpus}/restore?work=${looked.id}`));
$("#forget").addEventListener("click", (event) => once(event.currentTarget, async () => {
  if ($("#about-ask").hidden) { // asked twice: it cannot be undone
    $("#about-ask").hidden = false;
    $("#forget").textContent = t("Yes, forget it");
    return;
  }
  try {
    const gone = await api.forget(corpus, looked.id, $("#erase").checked);
    dialog.close();
    wall.drop(looked.id);
    toast(t("{title} is forgotten. {models} models and {creations} creations came from it.", { title: gone.title, models: gone.models.length, creations: gone.creations }));
    counts();
  } catch (error) {
    dialog.close();
    toast(error.message);
  }
}));

/* Bringing more */

const form = $("#collect");
const go = $("#go");
const uploads = new Uploads($("#files"), {
  onchange: (all) => {
    go.disabled = all.busy || !all.ids.length;
    go.textContent = all.busy ? t("Sending …") : all.ids.length ? t("Collect {n} files", { n: all.ids.length }) : t("Collect them");
  },
});
dropzone($("#drop"), (files) => uploads.add(files));
dropzone($("#wall"), (files) => { uploads.add(files); form.scrollIntoView(); });
api.settings().then((known) => { uploads.limit = known.max_upload; }, () => {});
rightsField(form);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  once(go, async () => {
    try {
      const override = form.elements.override.value.trim();
      await start("collect", { corpus: page.corpus.name, art: page.art, uploads: uploads.ids, rights: rightsOf(form), ...(override ? { override_rights: override } : {}) });
      uploads.clear();
      $("#place").scrollIntoView();
    } catch (error) {
      toast(error.message);
    }
  });
});

/** What collecting found: how many came, which were refused and why. */
function outcome(result) {
  const told = [result.new === 1 ? t("One work came in.") : result.new ? t("{n} works came in.", { n: result.new }) : t("No new work came in."), result.repeats ? t("{n} were there already.", { n: result.repeats }) : "", result.refusals === 1 ? t("One was refused:") : result.refusals ? t("{n} were refused:", { n: result.refusals }) : ""];
  const refused = result.refused.map((one) => h("li", {}, h("cite", {}, one.name), one.why));
  show($("#outcome"), h("p", {}, told.filter(Boolean).join(" ")), refused.length ? h("ul.reasons", {}, refused) : null);
  $("#outcome").hidden = false;
}

cards($("#job"), (job) => job.kind === "collect" && job.corpus === corpus, { full: true, ondone: (job) => { outcome(job.result); wall.again(); counts(); } });

$("#train").addEventListener("click", (event) => once(event.currentTarget, async () => {
  const { trained } = $("#train").dataset;
  if (trained === "now") return location.assign(`/c/${corpus}/model`);
  try {
    if (trained) await start("create", { corpus, n: 4, seed: page.seed });
    else await start("learn", { corpus, budget: page.budget });
    location.assign(`/c/${corpus}/${trained ? "create" : "model"}`);
  } catch (error) {
    toast(error.message);
  }
}));

/* While it learns, the next step is to watch. */
hear((job) => {
  if (job.kind !== "learn" || job.corpus !== corpus) return;
  const live = LIVE.has(job.state);
  if (live) {
    $("#next-told").textContent = t("It is learning from these works.");
    show($("#train"), t("See how it goes"));
    $("#train").dataset.trained = "now";
  } else if ($("#train").dataset.trained === "now") {
    $("#train").dataset.trained = "";
    counts();
  }
});

const collected = new URLSearchParams(location.search).get("collected");
if (collected && /^[0-9a-f]+$/.test(collected)) api.job(collected).then((job) => { if (job.result && (job.result.refusals || job.result.repeats)) outcome(job.result); }, () => {});
counts();
wall.again();
