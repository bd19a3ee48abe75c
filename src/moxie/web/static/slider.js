/** Before and after on one spot: a slider that pointer and keys both move. */
import { h } from "./dom.js";
import { percent, t } from "./words.js";

/** Two pictures of one size, the first seen left of the line, the second right of it. */
export function beforeAfter(before, after, alt, ends = [t("before"), t("after")]) {
  const top = h("img.top", { src: before, alt: t("Before: {title}", { title: alt }) });
  const line = h("span.line", { "aria-hidden": "true" });
  const range = h("input", { type: "range", min: 0, max: 100, value: 50, "aria-label": t("How much of the state before is seen") });
  const move = () => {
    top.style.clipPath = `inset(0 ${100 - range.value}% 0 0)`;
    line.style.left = `${range.value}%`;
    range.setAttribute("aria-valuetext", t("{share} before", { share: percent(range.value / 100) }));
  };
  range.addEventListener("input", move);
  move();
  return h("figure.slider", {}, h("div.pane", {}, h("img", { src: after, alt: t("After: {title}", { title: alt }) }), top, line, range),
    h("figcaption.ends", {}, ends.map((end) => h("span", {}, end))));
}
