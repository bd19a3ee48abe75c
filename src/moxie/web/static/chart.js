/** Drawings of measures: a value between its controls, a curve, a race, a loss. */
import { h, s } from "./dom.js";
import { figure, number, seconds, share, t } from "./words.js";

const within = (value, low, high) => Math.min(Math.max(value, low), high);
const known = (value) => typeof value === "number" && Number.isFinite(value);

/** How near to the nearest work, with the threshold marked. Both 0..1. */
export function meter(similarity, threshold) {
  return s("svg.drawn.meter", { height: 10, width: "100%", role: "img", "aria-label": t("Similarity {value}, near-copy from {threshold}", { value: share(similarity), threshold: share(threshold) }) },
    s("rect.axis", { x: 0, y: 4, width: "100%", height: 2 }),
    s("rect.fill", { x: 0, y: 3, width: `${within(similarity, 0, 1) * 100}%`, height: 4 }),
    s("rect.tick", { x: `${within(threshold, 0, 0.99) * 100}%`, y: 0, width: 1.5, height: 10 }));
}

/** One measure as a line from floor to ceiling with its interval; null where it was not measured. */
export function between(measure, { title, floor, ceiling }) {
  if (!measure || !["value", "floor", "ceiling"].every((key) => known(measure[key]))) return null;
  const values = ["value", "low", "high", "floor", "ceiling"].map((key) => measure[key]).filter(known);
  const least = Math.min(...values), most = Math.max(...values), span = most - least || 1;
  const at = (value) => 4 + ((value - least) / span) * 92;
  const backwards = measure.floor > measure.ceiling;
  const anchor = at(measure.value) < 15 ? "start" : at(measure.value) > 85 ? "end" : "middle";
  const said = { title, floor, ceiling, value: share(measure.value), low: share(measure.low), high: share(measure.high), least: share(measure.floor), most: share(measure.ceiling) };
  return s("svg.drawn.scale", { height: 76, width: "100%", role: "img", "aria-label": measure.low === null ? t("{title}: {value}, between {floor} ({least}) and {ceiling} ({most}).", said) : t("{title}: {value}, interval {low} to {high}, between {floor} ({least}) and {ceiling} ({most}).", said) },
    s("line.axis", { x1: "4%", x2: "96%", y1: 38, y2: 38 }),
    ["floor", "ceiling"].map((key) => s("line.control", { x1: `${at(measure[key])}%`, x2: `${at(measure[key])}%`, y1: 31, y2: 45 })),
    known(measure.low) && known(measure.high) ? s("line.interval", { x1: `${at(measure.low)}%`, x2: `${at(measure.high)}%`, y1: 38, y2: 38 }) : null,
    s("circle.dot", { cx: `${at(measure.value)}%`, cy: 38, r: 7 }),
    s("text.value", { x: `${at(measure.value)}%`, y: 20, "text-anchor": anchor }, share(measure.value)),
    s("text", { x: `${at(measure.floor)}%`, y: 66, "text-anchor": backwards ? "end" : "start" }, floor),
    s("text", { x: `${at(measure.ceiling)}%`, y: 66, "text-anchor": backwards ? "start" : "end" }, ceiling));
}

/** Held-out error by the number of works learnt from. */
export function learning(curve) {
  const points = curve.filter((point) => known(point.loss));
  if (!points.length) return null;
  const values = points.flatMap((point) => [point.loss, point.low, point.high]).filter(known);
  const least = Math.min(...values), span = Math.max(...values) - least || 1;
  const most = Math.max(...points.map((point) => point.works));
  const x = (works) => 8 + (works / most) * 84;
  const y = (loss) => 24 + (1 - (loss - least) / span) * 124;
  const corner = (point, key) => `${x(point.works)},${known(point[key]) ? y(point[key]) : y(point.loss)}`;
  const last = points.at(-1);
  const said = { first: figure(points[0].loss), few: points[0].works, last: figure(last.loss), most: last.works };
  return h("div.chart", {}, s("svg.drawn", { width: "100%", height: 216, role: "img", "aria-label": t("Held-out error by the number of works learnt from, from {first} at {few} works to {last} at {most}.", said) },
    s("svg", { width: "100%", height: 172, viewBox: "0 0 100 172", preserveAspectRatio: "none" },
      s("polygon.band", { points: [...points.map((p) => corner(p, "high")), ...points.toReversed().map((p) => corner(p, "low"))].join(" ") }),
      s("polyline.line", { points: points.map((p) => corner(p, "loss")).join(" ") })),
    s("line.axis", { x1: "4%", x2: "96%", y1: 172, y2: 172 }),
    points.map((p) => [
      s("circle.dot", { cx: `${x(p.works)}%`, cy: y(p.loss), r: 5 }),
      s("text.value", { x: `${x(p.works)}%`, y: y(p.loss) - 12, "text-anchor": "middle" }, figure(p.loss)),
      s("text", { x: `${x(p.works)}%`, y: 192, "text-anchor": "middle" }, number(p.works)),
    ]),
    s("text", { x: "96%", y: 212, "text-anchor": "end" }, t("works learnt from"))));
}

/** The loss of a training by step. */
export function loss(values) {
  const points = values.filter(known);
  if (points.length < 2 || Math.min(...points) === Math.max(...points)) return null;
  const least = Math.min(...points), span = Math.max(...points) - least || 1;
  const line = points.map((value, i) => `${(i / (points.length - 1)) * 100},${8 + (1 - (value - least) / span) * 112}`);
  const said = { first: figure(points[0]), last: figure(points.at(-1)) };
  return h("div.chart", {}, s("svg.drawn", { width: "100%", height: 128, viewBox: "0 0 100 128", preserveAspectRatio: "none", role: "img", "aria-label": t("The loss of the training, from {first} to {last}.", said) },
    s("polyline.line", { points: line.join(" ") })),
  h("p.ends", {}, h("span", {}, figure(points[0])), h("span", {}, figure(points.at(-1)))));
}

/** The laps of a race: who went on, who dropped out. `laps` as the store keeps them. */
export function race(laps, winner, scale, made) {
  if (!laps?.length) return null;
  const values = laps.flatMap((lap) => [lap.loss, lap.low, lap.high]).filter(known);
  const least = Math.min(...values), span = Math.max(...values) - least || 1;
  const at = (value) => `${3 + within((value - least) / span, 0, 1) * 94}%`;
  const final = Math.max(...laps.map((lap) => lap.rung));
  const verdict = (lap) => (!lap.promoted ? t("drops out") : lap.recipe === winner && lap.rung === final ? t("wins") : t("goes on"));
  const head = [t("Lap"), t("Recipe"), t("Time"), t("Interval"), t("Error"), t("Outcome")];
  return h("div.wide", { tabindex: 0, role: "group", "aria-labelledby": "why" }, h("table.race", {},
    h("caption", {}, made ? t("The race, by drafts of each: 1 is as the artist's own works, 2 as the nearest other artist's; lower is better.") : scale ? t("The race, by error on works kept aside, in {unit}; lower is better.", { unit: scale }) : t("The race, by error on works kept aside; lower is better.")),
    h("thead", {}, h("tr", {}, head.map((title) => h("th", { scope: "col" }, title)))),
    h("tbody", {}, laps.map((lap) => h("tr", { class: lap.promoted ? (verdict(lap) === t("wins") ? "won" : "") : "out" },
      h("td", {}, number(lap.rung)), h("th", { scope: "row" }, lap.recipe), h("td", {}, seconds(lap.seconds)),
      h("td.bar", {}, s("svg.drawn", { height: 16, width: "100%", role: "img", "aria-label": t("{value}, interval {low} to {high}, expected {expected}", { value: figure(lap.loss), low: figure(lap.low), high: figure(lap.high), expected: figure(lap.expected) }) },
        s("line.axis", { x1: 0, x2: "100%", y1: 8, y2: 8 }),
        s("line.interval", { x1: at(lap.low), x2: at(lap.high), y1: 8, y2: 8 }),
        s("circle.dot", { cx: at(lap.loss), cy: 8, r: 5 }))),
      h("td", {}, figure(lap.loss)), h("td", {}, verdict(lap)))))));
}
