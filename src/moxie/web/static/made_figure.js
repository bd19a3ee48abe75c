/** One creation on a wall: seen, told in a line, a link to all about it. */
import { meter } from "./chart.js";
import { h } from "./dom.js";
import { small } from "./plates.js";
import { page, share, t } from "./words.js";

export const nameOf = (made) => t("Seed {seed}, number {number}", { seed: String(made.seed), number: made.index + 1 });

export function figure(made, corpus) {
  const known = typeof made.fidelity === "number";
  return h("figure.creation", { class: made.flagged ? "flagged" : "", data: { id: made.id } },
    h("a.view", { href: `/c/${corpus}/made/${made.id}`, "aria-label": nameOf(made) }, small("creations", made.id, nameOf(made))),
    h("figcaption", {}, h("p.tags", {}, made.flagged ? h("span.tag.alert", {}, t("near-copy")) : null, h("span", {}, t("novelty {value}", { value: share(made.novelty) })), known ? h("span", {}, t("fidelity {value}", { value: share(made.fidelity) })) : null),
      meter(made.nearest.similarity ?? 0, page.threshold ?? 0.5)));
}
