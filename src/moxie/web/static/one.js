/** One work made: large, beside the work it is nearest to, with its measures, record and files. */
import { api } from "./api.js";
import { meter } from "./chart.js";
import { $, h, once, show } from "./dom.js";
import { cards, finished, start } from "./jobs.js";
import { nameOf } from "./made_figure.js";
import { measures } from "./measures.js";
import { person } from "./person.js";
import { large, small } from "./plates.js";
import { toast } from "./shell.js";
import { bytes, number, page, percent, share, t, when } from "./words.js";

const corpus = page.corpus.id;
const id = page.creation;
const pairs = (facts) => facts.filter(Boolean).map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]);

const stepOf = (kind) => ({ created: t("created"), exported: t("handed out"), edited: t("edited by a person"), rated: t("rated by a person"), chosen: t("chosen by a person"), anew: t("a part made anew"), restored: t("restored") })[kind] ?? kind;

async function draw() {
  const one = await api.creation(id);
  const made = one.creation;
  $("#name").textContent = nameOf(made);
  $("#flag").hidden = !made.flagged;
  show($("#facts"), pairs([
    [t("Novelty"), share(made.novelty)], [t("Fidelity"), share(made.fidelity)], [t("Size"), made.size.toReversed().map((n) => number(n)).join(" × ")],
    [t("Made"), when(made.made_at)], [t("Attempts"), number(made.attempts)], [t("Version"), h("a", { href: `/c/${corpus}/made?run=${made.run}` }, made.run.slice(0, 8))],
    [t("Rights of the works"), rightsOf(one.record.rights)]]));
  show($("#nearest"), h("figure.near", { class: made.flagged ? "flagged" : "" }, made.nearest.title === null ? null : small("works", made.nearest.work, made.nearest.title),
    h("figcaption", {}, h("cite", {}, made.nearest.title ?? t("a work that was forgotten")), meter(made.nearest.similarity ?? 0, one.threshold ?? 0.5), h("p.small", {}, made.nearest.evidence))));
  const own = one.fidelity && { ...one.fidelity, value: made.fidelity, low: null, high: null }; // its own, on the model's scale
  show($("#measures"), own ? measures({ fidelity: own }, ["fidelity"]) : h("p.soft", {}, t("This version has not been measured.")));
  show($("#suffix"), one.suffixes.map((suffix) => h("option", { value: suffix }, suffix ? suffix.slice(1).toUpperCase() : t("without loss"))));
  record(one);
  $("#again-like").href += `?creation=${id}`;
  $("#again-part").href += `?creation=${id}&part`;
  show($("#plate"), await large("creations", id, nameOf(made)));
  $("#one").removeAttribute("aria-busy");
}

function rightsOf(rights) {
  return Object.entries(rights ?? {}).map(([basis, n]) => `${{ undeclared: t("rights undeclared"), own: t("the user’s own"), "public-domain": t("public domain") }[basis] ?? basis.replace("license:", "")} (${number(n)})`).join(", ") || "–";
}

function record(one) {
  const registered = one.registered.length ? t("Entries in the registry: {numbers}.", { numbers: one.registered.map((n) => number(n)).join(", ") }) : t("Not in the registry yet: it is entered when it is taken away.");
  $("#intact").textContent = `${one.intact ? t("Its record is whole.") : t("Its record was changed after the fact.")} ${registered}`;
  show($("#steps"), one.steps.map((step) => h("li", {}, h("span", {}, stepOf(step.kind)), " ", h("time.figures", { datetime: step.time }, when(step.time)))));
  const told = (value) => (value !== null && typeof value === "object" ? JSON.stringify(value) : String(value));
  show($("#all"), pairs([[t("Number"), h("code", {}, id)], ...Object.entries(one.record).filter(([name]) => name !== "sources").map(([name, value]) => [name, h("code", {}, told(value))]),
    ...(one.record.sources ?? []).slice(0, 12).map(([work, part]) => [t("drew on"), h("code", {}, `${work.slice(0, 12)} ${percent(part)}`)])]));
}

const form = $("#export");
form.addEventListener("submit", (event) => {
  event.preventDefault();
  once($("#go"), async () => {
    try {
      const { suffix, visible, watermark } = form.elements;
      const job = await start("export", { corpus, creations: [id], suffix: suffix.value, visible_label: visible.checked, watermark: watermark.checked });
      const { result } = await finished(job.id);
      show($("#files"), result.files.map((file) => h("li", {}, h("a", { href: api.fileOf(file.id), download: file.name }, file.name), " ", h("span.figures", {}, bytes(file.bytes)))));
      draw();
    } catch (error) {
      toast(error.message);
    }
  });
});
cards($("#job"), (job) => job.kind === "export", { tells: true });

$("#like").addEventListener("click", (event) => once(event.currentTarget, async () => {
  try {
    await api.answer(corpus, { kind: "like", shown: [id], value: 1, who: person() });
    $("#like").setAttribute("aria-pressed", "true");
  } catch (error) {
    toast(error.message);
  }
}));

draw().catch((error) => show($("#one"), h("div.empty", { role: "alert" }, h("p", {}, error.message))));
