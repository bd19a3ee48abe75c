/** What every place has: language, light or dark, the corpus, and the tray of jobs. */
import { api } from "./api.js";
import { $, h, once } from "./dom.js";
import { Card, LIVE, aloud, hear, listen, titleOf, unseen } from "./jobs.js";
import { t } from "./words.js";

$("#language").addEventListener("click", async (event) => {
  const button = event.currentTarget;
  await once(button, async () => {
    try {
      await api.language(button.dataset.language);
      location.reload();
    } catch (error) {
      toast(error.message);
    }
  });
});

$("#theme").addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  try {
    localStorage.setItem("moxie-theme", root.dataset.theme);
  } catch {
    /* it holds for this page alone */
  }
});

$("#corpus")?.addEventListener("change", (event) => {
  const { value, dataset } = event.currentTarget;
  if (!value) return;
  const place = dataset.place && !["home", "one"].includes(dataset.place) ? dataset.place : "works";
  location.assign(value.startsWith("/") ? value : `/c/${value}/${place}`);
});
// a browser that goes back remembers what was chosen last, not what is shown
addEventListener("pageshow", () => { const select = $("#corpus"); if (select) for (const option of select.options) option.selected = option.defaultSelected; });

$("#again")?.addEventListener("click", () => location.reload());

$(".places [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

/** One sentence at the foot of the page, and perhaps one thing to do about it. */
export function toast(sentence, verb = "", onclick = () => {}) {
  $(".toast")?.remove();
  const button = verb ? h("button", { type: "button", onclick: () => { note.remove(); onclick(); } }, verb) : null;
  const note = h("div.toast", { role: "status" }, sentence, button);
  document.body.append(note);
  setTimeout(() => note.remove(), verb ? 12_000 : 7000);
}

/* The tray shows what goes on elsewhere, or failed there; a place that shows its jobs itself says so by data-jobs. */
const tray = $("#tray");
const inTray = new Map();
new ResizeObserver(() => { // whatever stands at the end of the page can be scrolled out from under it
  const room = tray.hidden ? "" : `${tray.offsetHeight + 24}px`;
  document.body.style.paddingBottom = room;
  document.documentElement.style.scrollPaddingBottom = room;
}).observe(tray);
hear((job) => {
  const own = $("[data-jobs]")?.dataset.jobs.split(" ") ?? [];
  const known = inTray.get(job.id);
  const wanted = (LIVE.has(job.state) || unseen(job)) && !own.includes(job.kind);
  if (wanted && !known) {
    inTray.set(job.id, new Card(job));
    tray.append(inTray.get(job.id).element);
  } else if (wanted) known.update(job);
  else if (known) {
    known.element.remove();
    inTray.delete(job.id);
    if (job.state === "done") toast(t("{what}: done.", { what: titleOf(job) }));
  }
  tray.hidden = !inTray.size;
  const stage = job.stages.find((one) => one.seconds !== null && !one.over);
  if (job.state === "running" && stage) aloud(`${titleOf(job)}: ${stage.title}`);
});
listen();
