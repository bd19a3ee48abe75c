/** What a creation begins from: a file of the person's, a creation or a work; and which part is new. */
import { api } from "./api.js";
import { $, h, show } from "./dom.js";
import { MaskEditor } from "./mask.js";
import { large } from "./plates.js";
import { dropzone, sendOne } from "./upload.js";
import { t } from "./words.js";

const HEX = /^[0-9a-f]{64}$/;

/** The size of a picture as a browser shows it, or null where it is none. */
export async function sizeOf(source) {
  const image = new Image();
  image.src = source;
  return image.decode().then(() => [image.naturalWidth, image.naturalHeight], () => null);
}

/**
 * How a file that was sent can be painted on: {address, size} in its own pixels; size is null where
 * it is no picture. What the browser cannot read (TIFF) is seen as the art reads it.
 */
export async function seen(upload, file, corpus) {
  const own = URL.createObjectURL(file);
  const size = file.type.includes("svg") ? null : await sizeOf(own);
  if (size) return { address: own, size };
  const address = api.previewOf("uploads", upload, "large", corpus);
  return { address, size: await sizeOfTiff(file) };
}

/** [width, height] that a TIFF's first directory tells, wherever in the file that lies, or null. */
async function sizeOfTiff(file) {
  const read = async (start, length) => new DataView(await file.slice(start, start + length).arrayBuffer());
  const head = await read(0, 8);
  if (head.byteLength < 8) return null;
  const little = head.getUint16(0) === 0x4949;
  if ((!little && head.getUint16(0) !== 0x4d4d) || head.getUint16(2, little) !== 42) return null;
  const entries = await read(head.getUint32(4, little), 2 + 12 * 64);
  const found = {};
  for (let at = 2; at + 12 <= entries.byteLength && at < 2 + 12 * entries.getUint16(0, little); at += 12) {
    const short = entries.getUint16(at + 2, little) === 3;
    found[entries.getUint16(at, little)] = short ? entries.getUint16(at + 8, little) : entries.getUint32(at + 8, little);
  }
  return found[256] && found[257] ? [found[256], found[257]] : null; // ImageWidth, ImageLength
}

/**
 * How a work of the store can be painted on: {address, size} in the pixels that are stored, which
 * may be fewer than it was given with; size is null where it is no raster picture.
 */
export async function stored(work, owner) {
  const whole = api.wholeOf(work, owner);
  const answer = await fetch(whole).catch(() => null);
  const size = answer?.status === 200 ? await sizeOf(whole) : null;
  return { address: size ? whole : api.previewOf("works", work, "large", owner), size };
}

/** A raster picture can be painted on; a score or a text is told about in words. */
async function raster(address) {
  const answer = await fetch(address).catch(() => null);
  const kind = answer?.headers.get("content-type") ?? "";
  return kind.startsWith("image/") && !kind.includes("svg");
}

export class Beginning {
  constructor(corpus) {
    this.corpus = corpus;
    dropzone($("#start-drop"), (files) => this.#file(files[0]));
    $("#start-none").addEventListener("click", () => this.#none());
    $("#part").addEventListener("change", () => this.#part());
    const asked = new URLSearchParams(location.search);
    for (const what of ["creation", "work"]) {
      const id = asked.get(what);
      if (HEX.test(id ?? "")) this.#known(what, id, asked.has("part"));
    }
  }

  async #file(chosen) {
    if (!chosen) return;
    this.#none();
    const told = $("#start-told");
    try {
      const { id, file } = await sendOne(chosen, told);
      this.source = { upload: id };
      ({ address: this.address, size: this.size } = await seen(id, file));
      show($("#start-plate"), await large("uploads", id, chosen.name));
      $("#start").hidden = false;
    } catch (error) {
      told.textContent = error.message;
    }
  }

  async #known(what, id, part) {
    $("#begin").open = true;
    const kind = what === "work" ? "works" : "creations";
    this.source = { [what]: id };
    try {
      ({ address: this.address, size: this.size } = what === "work" ? await stored(id, this.corpus) : await this.#made(id));
    } catch (error) {
      $("#start-told").textContent = error.message;
      return;
    }
    show($("#start-plate"), await large(kind, id, t("What it begins from")));
    $("#start").hidden = false;
    $("#part").checked = part;
    this.#part();
  }

  /** How a creation can be painted on; a mask must have its width and height. */
  async #made(id) {
    const address = api.previewOf("creations", id, "large");
    return { address, size: (await raster(address)) ? (await api.creation(id)).creation.size.toReversed() : null };
  }

  #none() {
    Object.assign(this, { source: null, address: null, size: null, mask: null });
    show($("#start-plate"));
    show($("#mask"));
    $("#start").hidden = true;
    $("#part").checked = false;
    $("#start-told").textContent = "";
    this.#part();
  }

  #part() {
    const wanted = $("#part").checked && Boolean(this.source);
    $("#mask").hidden = !(wanted && this.size);
    $("#region-field").hidden = !(wanted && !this.size);
    $("#start-plate").hidden = wanted && Boolean(this.size); // the editor shows it
    if (wanted && this.size && !this.mask) {
      const [width, height] = this.size;
      this.mask = new MaskEditor({ source: this.address, width, height, alt: t("What it begins from") });
      show($("#mask"), this.mask.element);
      this.mask.draw();
    }
  }

  /** The part of a wish that says what to begin from; sends the mask first. */
  async wish() {
    if (!this.source) return {};
    if (!$("#part").checked) return this.source;
    if (!this.size) return { ...this.source, region: $("#region").value.trim() };
    const painted = await this.mask?.blob();
    if (!painted) throw new Error(t("Mark the part to make anew first."));
    const { id } = await api.upload(painted, "mask.png");
    return { ...this.source, mask: id };
  }
}
