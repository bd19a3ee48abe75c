/** A thing to be turned: a strip of views side by side, shown one at a time; by dragging or by keys. */
import { h } from "./dom.js";
import { number, t } from "./words.js";

/** How many views a picture has, as its media type says. */
export const views = (type) => Number(/;\s*frames=(\d{1,3})/.exec(type ?? "")?.[1] ?? 1);

/** A slider that goes around; it begins at the first view. */
export function turntable(address, frames, alt) {
  const image = new Image();
  const table = h("div.turn", { tabindex: 0, role: "slider", "aria-label": t("{title}: turn it", { title: alt }), "aria-valuemin": 0, "aria-valuemax": 359 });
  let at = 0;
  const turn = (to) => {
    at = ((Math.round(to) % frames) + frames) % frames;
    table.style.backgroundPosition = `${(100 * at) / (frames - 1)}% 0`;
    const degrees = Math.round((360 * at) / frames);
    table.setAttribute("aria-valuenow", degrees);
    table.setAttribute("aria-valuetext", `${number(degrees)}°`);
  };
  table.style.backgroundSize = `${100 * frames}% 100%`; // an element as wide as the strip would be too wide to paint
  image.addEventListener("load", () => {
    const wide = image.naturalWidth / frames / image.naturalHeight;
    table.style.aspectRatio = `${wide}`;
    table.style.maxInlineSize = `calc(min(74vh, 40rem) * ${wide})`;
    table.style.backgroundImage = `url("${address}")`;
  });
  image.addEventListener("error", () => table.replaceWith(h("p.lost", {}, t("No preview: {title}", { title: alt }))));
  const keys = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: frames / 4, PageDown: -frames / 4 };
  table.addEventListener("keydown", (event) => {
    if (event.key === "Home") turn(0);
    else if (event.key in keys) turn(at + keys[event.key]);
    else return;
    event.preventDefault();
  });
  table.addEventListener("pointerdown", (event) => {
    const [from, start] = [event.clientX, at];
    const move = (moved) => turn(start + ((moved.clientX - from) / table.clientWidth) * frames * -0.5);
    table.setPointerCapture(event.pointerId);
    table.addEventListener("pointermove", move);
    const stop = () => table.removeEventListener("pointermove", move);
    for (const end of ["pointerup", "pointercancel"]) table.addEventListener(end, stop, { once: true });
  });
  turn(0);
  image.src = address;
  return table;
}
