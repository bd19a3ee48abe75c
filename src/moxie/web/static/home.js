/** The beginning: bring works, or take the sample works. */
import { api } from "./api.js";
import { $, $$, h, once } from "./dom.js";
import { LIVE, cards, hear, start } from "./jobs.js";
import { small } from "./plates.js";
import { toast } from "./shell.js";
import { Uploads, dropzone, rightsField, rightsOf } from "./upload.js";
import { t } from "./words.js";

const form = $("#collect");

if (form) {
  const uploads = new Uploads($("#files"), { onchange: (all) => look(all) });
  const go = $("#go");
  const look = (all) => {
    go.disabled = all.busy || !all.ids.length;
    go.textContent = all.busy ? t("Sending …") : all.ids.length ? t("Collect {n} files", { n: all.ids.length }) : t("Collect them");
    form.elements.corpus.placeholder = all.folder || t("the name of the folder");
  };
  dropzone($("#drop"), (files) => uploads.add(files));
  api.settings().then((known) => { uploads.limit = known.max_upload; }, () => {});
  rightsField(form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (uploads.failed.length && !confirm(t("{n} files were not sent. Collect the others?", { n: uploads.failed.length }))) return;
    const { corpus, art } = form.elements;
    begin(go, { corpus: corpus.value.trim() || uploads.folder || null, art: art.value || null, uploads: uploads.ids, rights: rightsOf(form) });
  });
  for (const button of $$("[data-samples]")) {
    button.addEventListener("click", () => begin(button, { art: button.dataset.samples, samples: true }));
  }
  const place = $("#job");
  place.dataset.jobs = "collect";
  hear((job) => { // one at a time: what is begun here leads away from here
    if (job.kind === "collect") for (const button of $$("[data-samples]")) button.disabled = LIVE.has(job.state);
  });
  cards(place, (job) => job.kind === "collect", {
    full: true,
    ondone: (job) => { if (job.result?.corpus) location.assign(`/c/${job.result.corpus}/works?collected=${job.id}`); },
  });
}

async function begin(button, wish) {
  await once(button, async () => {
    try {
      await start("collect", wish);
      $("#job").scrollIntoView({ block: "nearest" });
    } catch (error) {
      toast(error.message);
    }
  });
}

/** A few works of each corpus, as a window into it. */
for (const window_ of $$(".window")) {
  const { id, art } = window_.dataset;
  api.works(id, { limit: 4 }).then(({ works, total }) => {
    window_.append(...works.map((work) => small("works", work.id, "", { art, corpus: id })));
    window_.after(h("span.unseen", {}, t("{n} works", { n: total })));
  }, () => {});
}
