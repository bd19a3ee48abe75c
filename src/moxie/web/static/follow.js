/** The score goes with the sound: a line over the drawing, and the page scrolls to it. */
import { $, h } from "./dom.js";

/**
 * `drawing` is the SVG as text. Where its root says when each bar sounds (data-follow: "seconds x
 * y width height" of every bar, in parts of the drawing, then the end), the bar is marked;
 * otherwise nothing is claimed.
 */
export function follow(audio, leaf, drawing) {
  const bars = timetable(drawing);
  if (!bars.length) return;
  const mark = h("div.playing", { hidden: true, "aria-hidden": "true" });
  $(".page", leaf).append(mark); // it moves with the drawing where that is wider than the leaf
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let last = -1;
  const look = () => {
    const now = bars.findLastIndex((bar) => bar.at <= audio.currentTime + 0.02);
    if (now === last) return;
    last = now;
    const bar = bars[now];
    mark.hidden = !bar?.width;
    if (mark.hidden) return;
    for (const [key, value] of [["left", bar.x], ["top", bar.y], ["width", bar.width], ["height", bar.height]]) mark.style[key] = `${value * 100}%`;
    if (leaf.scrollWidth > leaf.clientWidth) leaf.scrollTo({ left: bar.x * leaf.scrollWidth - leaf.clientWidth / 3, behavior: calm.matches ? "instant" : "smooth" });
  };
  let frame = 0;
  const tick = () => { look(); frame = requestAnimationFrame(tick); };
  audio.addEventListener("play", () => { cancelAnimationFrame(frame); tick(); });
  audio.addEventListener("pause", () => cancelAnimationFrame(frame));
  audio.addEventListener("ended", () => { mark.hidden = true; last = -1; });
  audio.addEventListener("seeked", look);
}

function timetable(drawing) {
  const told = /<svg[^>]*\sdata-follow="([\d. ;]*)"/.exec(drawing)?.[1] ?? "";
  return told.split(";").filter(Boolean).map((bar) => {
    const [at, x, y, width, height] = bar.trim().split(/\s+/).map(Number);
    return { at, x, y, width: width || 0, height: height || 0 };
  });
}
