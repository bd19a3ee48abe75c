/** The three measures of a model or a work, each between its floor and its ceiling. */
import { between } from "./chart.js";
import { h } from "./dom.js";
import { share, t } from "./words.js";

const MEASURES = {
  fidelity: () => ({ title: t("Fidelity"), floor: t("other artists"), ceiling: t("the artist’s own"), meaning: t("Do the creations look like this artist’s works, those the model never saw?") }),
  diversity: () => ({ title: t("Diversity"), floor: t("always the same"), ceiling: t("the artist’s own"), meaning: t("Do they differ from each other as much as the artist’s works do?") }),
  originality: () => ({ title: t("Originality"), floor: t("a copy"), ceiling: t("different works"), meaning: t("Are they as far from every known work as the artist’s works are from each other?") }),
};

export function measures(found, names = Object.keys(MEASURES)) {
  return h("div.measures", {}, names.map((name) => {
    const words = MEASURES[name]();
    const drawn = between(found[name], words);
    return h("article.measure", {}, h("h3", {}, words.title), h("p.small", {}, words.meaning), drawn ?? h("p.figures", {}, t("This could not be measured with so few works.")),
      drawn && found[name].low !== null ? h("p.figures", {}, t("{low} to {high}; floor {floor}, ceiling {ceiling}", { low: share(found[name].low), high: share(found[name].high), floor: share(found[name].floor), ceiling: share(found[name].ceiling) })) : null);
  }));
}
