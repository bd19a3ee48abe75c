/** Report: written by a job, shown in a frame that may do nothing. */
import { api } from "./api.js";
import { $, complain, once } from "./dom.js";
import { cards, finished, start } from "./jobs.js";
import { page, t } from "./words.js";

const corpus = page.corpus.id;

function reveal(job) {
  const file = job.result?.files?.find((one) => one.media_type === "text/html") ?? job.result?.files?.[0];
  if (!file) return;
  $("#sheet").src = api.viewOf(file.id);
  $("#sheet").hidden = false;
  $("#save").href = api.fileOf(file.id);
  $("#save").download = file.name;
  $("#save").hidden = false;
  $("#open").href = api.viewOf(file.id);
  $("#open").hidden = false;
  $("#go").textContent = t("Write it anew");
}

$("#go").addEventListener("click", (event) => once(event.currentTarget, async () => {
  $("#trouble").hidden = true;
  try {
    const job = await start("report", { corpus });
    reveal(await finished(job.id));
  } catch (error) {
    complain($("#trouble"), error);
  }
}));

cards($("#job"), (job) => job.kind === "report" && job.corpus === corpus, { tells: true, ondone: reveal });
api.jobs().then(({ jobs }) => {
  const last = jobs.find((job) => job.kind === "report" && job.corpus === corpus && job.state === "done");
  if (last) reveal(last);
}, () => {});
