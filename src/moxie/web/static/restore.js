/** Restore: choose a work, mark what is damaged, see it before and after. */
import { api, check } from "./api.js";
import { seen, stored } from "./beginning.js";
import { $, complain, h, once, show } from "./dom.js";
import { cards, finished, start } from "./jobs.js";
import { MaskEditor } from "./mask.js";
import { large, small } from "./plates.js";
import { toast } from "./shell.js";
import { beforeAfter } from "./slider.js";
import { offer, reveal, wanted } from "./undo.js";
import { dropzone, sendOne } from "./upload.js";
import { Wall } from "./wall.js";
import { bytes, page, percent, t } from "./words.js";

const form = $("#restore");
let work = null; // {source: {upload} or {work}, name, address, size, editor}

const corpus = () => page.corpus?.id ?? (form.elements.hand.value || null);

function choose(chosen) {
  work = chosen;
  $("#choose").hidden = Boolean(work);
  $("#edit").hidden = !work;
  $("#result").hidden = true;
  $("#trouble").hidden = true;
  show($("#mask"));
  show($("#plate"));
  $("#suggest-told").textContent = "";
  offer(work?.source, corpus());
  if (!work) return;
  $("#region-field").hidden = Boolean(work.size);
  $("#suggest").hidden = !work.size;
  if (!work.size) return;
  const [width, height] = work.size;
  work.editor = new MaskEditor({ source: work.address, width, height, alt: work.name });
  show($("#mask"), work.editor.element);
  work.editor.draw();
}

async function fromFile(chosen) {
  if (!chosen) return;
  try {
    const { id, file, name } = await sendOne(chosen, $("#told"));
    const { address, size } = await seen(id, file, corpus());
    if (!size) await check(api.previewOf("uploads", id, "large", corpus())); // better said now than by the job
    choose({ source: { upload: id }, name, address, size });
    if (!size) show($("#plate"), await large("uploads", id, name, corpus()));
  } catch (error) {
    $("#told").textContent = error.message;
  }
}

async function fromStore(id) {
  try {
    const known = await api.work(corpus(), id);
    const { address, size } = await stored(id, corpus());
    choose({ source: { work: id }, name: known.title, address, size });
    if (!size) show($("#plate"), await large("works", id, known.title));
  } catch (error) {
    $("#told").textContent = error.message;
  }
}

async function wish() {
  const made = { corpus: corpus(), ...work.source, seed: Number(form.elements.seed.value), undo: wanted(), suffix: form.elements.suffix.value };
  if (!work.size) return { ...made, region: $("#region").value.trim() };
  const painted = await work.editor.blob();
  if (!painted) return made; // it looks for damage itself
  const { id } = await api.upload(painted, "mask.png");
  return { ...made, mask: id };
}

async function result(job) {
  const { before, after, mask, confidence, page: leaf, share, exact, notes, files } = job.result;
  const pictures = [before, after].every((file) => file?.media_type.startsWith("image/"));
  show($("#slider"), pictures ? beforeAfter(api.viewOf(before.id), api.viewOf(after.id), work?.name ?? "") : null);
  reveal(job.result, work?.name ?? "");
  const told = [share !== null ? t("{share} of it is new.", { share: percent(share) }) : "", exact === false ? t("The format keeps what was known only nearly.") : "", ...notes];
  $("#share").textContent = told.filter(Boolean).join(" ");
  show($("#evidence"), [[mask, t("What was mended")], [confidence, t("How sure that is: the brighter, the surer")]].map(([file, told]) => file && h("figure", {}, h("img", { src: api.viewOf(file.id), alt: told, loading: "lazy" }), h("figcaption", {}, told))));
  $("#leaf").hidden = !leaf;
  if (leaf) $("#leaf").href = api.viewOf(leaf.id);
  show($("#files"), files.map((file) => h("li", {}, h("a", { href: api.fileOf(file.id), download: file.name }, file.name), " ", h("span.figures", {}, bytes(file.bytes)))));
  $("#result").hidden = false;
  $("#result").scrollIntoView({ block: "start" });
}

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  once($("#go"), async () => {
    $("#trouble").hidden = true;
    try {
      const job = await start("restore", await wish());
      await result(await finished(job.id));
    } catch (error) {
      complain($("#trouble"), error);
    }
  });
});

$("#suggest")?.addEventListener("click", (event) => once(event.currentTarget, async () => {
  const told = $("#suggest-told");
  told.textContent = t("Looking …");
  try {
    const job = await start("suggest", { ...work.source, corpus: corpus() });
    const { result: found } = await finished(job.id);
    if (found.mask) await work.editor.suggest(api.fileOf(found.mask.id));
    told.textContent = found.mask ? t("A suggestion: add to it, take from it.") : t("No damage was found.");
  } catch (error) {
    told.textContent = error.message;
  }
}));

$("#another")?.addEventListener("click", () => choose(null));

async function suffixes() {
  const arts = await api.arts();
  const art = arts.find((one) => one.name === page.art);
  for (const suffix of art?.suffixes ?? []) $("#suffix").append(h("option", { value: suffix }, suffix.slice(1).toUpperCase()));
}

if (form) {
  dropzone($("#work-drop"), (files) => fromFile(files[0]));
  cards($("#job"), (job) => job.kind === "restore" || job.kind === "suggest", {
    tells: true,
    ondone: (job) => { if (job.kind === "restore" && !work) result(job); }, // it was asked for before the page was loaded
  });
  suffixes().catch((error) => toast(error.message));
  if (page.corpus) {
    const fetchPage = (query) => api.works(corpus(), query).then(({ works, total }) => ({ items: works, total }));
    const plate = (one) => h("figure.work", {}, h("button.view", { type: "button", "aria-label": one.title, onclick: () => fromStore(one.id) }, small("works", one.id, one.title)), h("figcaption", {}, h("cite", {}, one.title)));
    new Wall($("#wall"), $("#more"), fetchPage, plate, t("There are no works yet.")).again();
  }
  const asked = new URLSearchParams(location.search).get("work");
  if (/^[0-9a-f]{64}$/.test(asked ?? "")) fromStore(asked);
}
