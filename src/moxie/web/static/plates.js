/** Shows what an art's preview is: a picture, a score that sounds, a text, a solid. */
import { api } from "./api.js";
import { h } from "./dom.js";
import { follow } from "./follow.js";
import { turntable, views } from "./turn.js";
import { page, t } from "./words.js";

/** What kind of preview an art's works have, told by the first one that was looked at. */
const kinds = new Map();

async function kindOf(address, art) {
  return (await typeOf(address, art)).split(";")[0];
}

async function typeOf(address, art) {
  const key = `${art} ${address.split("=").at(-1)}`; // and its form: small ones may be of another kind
  if (!kinds.has(key)) {
    kinds.set(key, fetch(address).then((answer) => (answer.ok ? (answer.headers.get("content-type") ?? "") : ""), () => ""));
  }
  return kinds.get(key);
}

/** A small plate for walls and lists. `what` is "works" or "creations". */
export function small(what, id, alt, { art = page.art, corpus = page.corpus?.id } = {}) {
  const frame = h("div.plate");
  fillSmall(frame, api.previewOf(what, id, "small", corpus), alt, art);
  return frame;
}

/** A plate to judge by: a picture large, what is read in time small and to be heard. */
export function judged(what, id, alt) {
  const frame = h("div.plate");
  const address = api.previewOf(what, id, "large");
  typeOf(address, page.art).then((type) => (views(type) > 1 ? frame.append(turntable(address, views(type), alt)) : fillSmall(frame, type.includes("svg") ? api.previewOf(what, id, "small") : address, alt, page.art)));
  return frame;
}

/** What can be heard of it, or null; only what is drawn as a score may sound. */
export async function heard(what, id, alt, corpus = page.corpus?.id) {
  const address = api.previewOf(what, id, "sound", corpus);
  if (!(await kindOf(api.previewOf(what, id, "large", corpus), page.art)).includes("svg")) return null;
  const sound = await fetch(address).then((answer) => (answer.status === 200 ? answer.blob() : null), () => null);
  return sound && h("audio", { controls: true, src: URL.createObjectURL(sound), "aria-label": t("{title}, played", { title: alt }) });
}

async function fillSmall(frame, address, alt, art) {
  const kind = await kindOf(address, art);
  if (kind.startsWith("text/plain") || kind === "text/markdown") frame.append(await passage(address, alt, true));
  else if (kind === "" || kind.startsWith("image/")) frame.append(picture(address, alt, frame, kind));
  else frame.append(other(kind, address, alt));
}

function picture(address, alt, frame, kind) {
  const drawn = kind === "image/svg+xml" ? "drawn" : ""; // in ink, so on paper
  const image = h("img", { class: drawn, src: address, alt, loading: "lazy", decoding: "async" });
  image.addEventListener("error", () => frame.replaceChildren(h("p.lost.small", {}, t("No preview: {title}", { title: alt }))));
  return image;
}

/** A large plate: everything that can be seen, read or heard of it. */
export async function large(what, id, alt, corpus = page.corpus?.id) {
  const address = api.previewOf(what, id, "large", corpus);
  const answer = await fetch(address).catch(() => null);
  const kind = (answer?.headers.get("content-type") ?? "").split(";")[0];
  if (!answer?.ok) return h("p.lost", {}, t("No preview: {title}", { title: alt }));
  if (kind.startsWith("text/plain")) return verse(await answer.text(), alt);
  if (!kind.startsWith("image/")) return h("div.plate.grand", {}, other(kind, address, alt));
  const turns = views(answer.headers.get("content-type"));
  if (turns > 1) return h("div.plate.grand", {}, turntable(address, turns, alt));
  const image = h("img", { src: address, alt, decoding: "async" });
  if (kind !== "image/svg+xml") return h("div.plate.grand", {}, h("div.leaf", {}, image));
  const leaf = h("div.leaf", { tabindex: 0, role: "region", "aria-label": alt }, h("div.page", {}, image));
  const plate = h("div.plate.grand.sheet", {}, leaf);
  const audio = await heard(what, id, alt, corpus);
  if (audio) {
    plate.append(audio);
    follow(audio, leaf, await answer.text());
  }
  return plate;
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
  if (!poem || !/[\u3400-\u9fff]/.test(text)) return h("div.plate.grand", {}, block);
  const turn = h("button.little", { type: "button", "aria-pressed": "true", onclick: () => turn.setAttribute("aria-pressed", String(block.classList.toggle("upright"))) }, t("Upright"));
  block.classList.add("upright");
  return h("div.plate.grand", {}, block, turn);
}

function other(kind, address, alt) {
  if (kind.startsWith("audio/")) return h("audio", { controls: true, preload: "none", src: address, "aria-label": alt });
  if (kind === "text/html") return h("iframe.model", { src: address, title: alt, sandbox: "", loading: "lazy" });
  return h("a.other", { href: address, download: "" }, t("Save the preview ({kind})", { kind: kind || "?" }));
}
