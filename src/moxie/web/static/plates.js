/** Shows what an art's preview is: a picture, a score that sounds, a text, a solid. */
import { api } from "./api.js";
import { $, h } from "./dom.js";
import { follow } from "./follow.js";
import { page, t } from "./words.js";

/** What kind of preview an art's works have, told by the first one that was looked at. */
const kinds = new Map();

async function kindOf(address, art) {
  if (!kinds.has(art)) {
    kinds.set(art, fetch(address).then((answer) => (answer.ok ? (answer.headers.get("content-type") ?? "") : ""), () => ""));
  }
  return (await kinds.get(art)).split(";")[0];
}

/** A small plate for walls and lists. `what` is "works" or "creations". */
export function small(what, id, alt, art = page.art) {
  const frame = h("div.plate", { data: { art } });
  fillSmall(frame, api.previewOf(what, id, "small"), alt, art);
  return frame;
}

async function fillSmall(frame, address, alt, art) {
  const kind = await kindOf(address, art);
  if (kind.startsWith("text/plain") || kind === "text/markdown") frame.append(await passage(address, alt, true));
  else if (kind === "" || kind.startsWith("image/")) frame.append(picture(address, alt, frame));
  else frame.append(other(kind, address, alt));
}

function picture(address, alt, frame) {
  const image = h("img", { src: address, alt, loading: "lazy", decoding: "async" });
  image.addEventListener("error", () => frame.replaceChildren(h("p.lost.small", {}, t("No preview: {title}", { title: alt }))));
  return image;
}

/** A large plate: everything that can be seen, read or heard of it. */
export async function large(what, id, alt) {
  const address = api.previewOf(what, id, "large");
  const answer = await fetch(address).catch(() => null);
  const kind = (answer?.headers.get("content-type") ?? "").split(";")[0];
  if (!answer?.ok) return h("p.lost", {}, t("No preview: {title}", { title: alt }));
  if (kind.startsWith("text/plain")) return verse(await answer.text(), alt);
  if (!kind.startsWith("image/")) return h("div.plate.large", {}, other(kind, address, alt));
  const image = h("img", { src: address, alt, decoding: "async" });
  const plate = h("div.plate.large", { class: kind === "image/svg+xml" ? "sheet" : "" }, h("div.leaf", { tabindex: kind === "image/svg+xml" ? 0 : null, role: kind === "image/svg+xml" ? "region" : null, "aria-label": kind === "image/svg+xml" ? alt : null }, image));
  await addSound(plate, what, id, alt, kind === "image/svg+xml" ? await answer.text() : "");
  return plate;
}

async function addSound(plate, what, id, alt, drawing) {
  if (!drawing) return; // only what is read in time sounds
  const address = api.soundOf(what, id);
  const there = await fetch(address, { method: "HEAD" }).then((answer) => answer.ok, () => false);
  if (!there) return;
  const audio = h("audio", { controls: true, preload: "none", src: address, "aria-label": t("{title}, played", { title: alt }) });
  plate.append(audio);
  follow(audio, $(".leaf", plate), drawing);
}

async function passage(address, alt, short) {
  const text = await fetch(address).then((answer) => (answer.ok ? answer.text() : alt), () => alt);
  return h("blockquote.passage", { class: short ? "short" : "" }, text);
}

/** Prose runs across; verse keeps its lines, and Chinese verse can stand upright. */
function verse(text, alt) {
  const lines = text.trim().split("\n");
  const poem = lines.length > 1 && lines.every((line) => line.length < 48);
  const block = h("blockquote.passage", { class: poem ? "verse" : "", "aria-label": alt, tabindex: 0 }, text);
  if (!poem || !/[\u3400-\u9fff]/.test(text)) return h("div.plate.large", {}, block);
  const turn = h("button.little", { type: "button", "aria-pressed": "true", onclick: () => turn.setAttribute("aria-pressed", String(block.classList.toggle("upright"))) }, t("Upright"));
  block.classList.add("upright");
  return h("div.plate.large", {}, block, turn);
}

function other(kind, address, alt) {
  if (kind.startsWith("audio/")) return h("audio", { controls: true, preload: "none", src: address, "aria-label": alt });
  if (kind === "text/html") return h("iframe.model", { src: address, title: alt, sandbox: "allow-scripts", loading: "lazy" });
  return h("a.other", { href: address, download: "" }, t("Save the preview ({kind})", { kind: kind || "?" }));
}
