/** A mask painted on a picture: brush, eraser and rectangle, in the picture's own pixels. */
import { $, h } from "./dom.js";
import { percent, t } from "./words.js";

const STEP = 0.02; // of the picture's longer side, per press of an arrow key
const LONGEST = 1600; // of the canvas that is painted on; the mask itself has the picture's size

/**
 * An editor over `source` (an address or a blob's), `width` x `height` pixels.
 * `element` is to be put into the page; `blob()` gives a PNG, white where marked, or null where
 * nothing is; `suggest(address)` lays a mask picture under the strokes.
 */
export class MaskEditor {
  constructor({ source, width, height, alt, onchange = () => {} }) {
    Object.assign(this, { width, height, onchange, strokes: [], base: null, tool: "brush" });
    this.size = Math.round(Math.max(width, height) / 16);
    this.element = this.#build(source, alt);
  }

  #build(source, alt) {
    const scale = Math.min(1, LONGEST / Math.max(this.width, this.height));
    this.canvas = h("canvas.marks", {
      width: Math.max(1, Math.round(this.width * scale)), height: Math.max(1, Math.round(this.height * scale)),
      tabindex: 0, role: "application",
      "aria-label": t("Mark the part to make anew. Arrow keys move the brush, space paints, B, E and R choose brush, eraser and rectangle."),
      onpointerdown: (event) => this.#down(event), onpointermove: (event) => this.#move(event),
      onpointerup: () => this.#up(), onpointercancel: () => this.#up(), onkeydown: (event) => this.#key(event),
      onblur: () => { this.cursor = null; this.draw(); },
    });
    this.told = h("p.figures", { role: "status" });
    const stage = h("div.stage", {}, h("img", { src: source, alt, draggable: "false" }), this.canvas);
    stage.style.width = `min(100%, ${(76 * this.width) / this.height}vh)`; // large, and whole in the window
    return h("div.masking", {}, this.#tools(), stage, this.told, this.#box());
  }

  #tools() {
    const tools = { brush: t("Brush"), eraser: t("Eraser"), rectangle: t("Rectangle") };
    this.buttons = Object.entries(tools).map(([name, label]) =>
      h("button.little", { type: "button", "aria-pressed": String(name === this.tool), data: { tool: name }, onclick: () => this.use(name) }, label));
    const most = Math.max(2, Math.round(Math.max(this.width, this.height) / 3));
    const size = h("input", { type: "range", min: 1, max: most, value: this.size, "aria-label": t("Size of the brush"), oninput: (event) => { this.size = Number(event.target.value); } });
    return h("div.row.tools", { role: "toolbar", "aria-label": t("Mask") }, this.buttons, h("label.brush", {}, t("Size"), size),
      h("button.little", { type: "button", onclick: () => this.undo() }, t("Undo")),
      h("button.little", { type: "button", onclick: () => this.clear() }, t("Clear")));
  }

  #box() {
    const names = { left: t("Left"), top: t("Top"), wide: t("Width"), high: t("Height") };
    const fields = Object.entries(names).map(([name, label]) =>
      h("label.field", {}, h("span.label", {}, label), h("input", { type: "number", min: 0, max: 99999, step: 1, name })));
    const add = () => {
      const [x, y, w, high] = fields.map((field) => Number($("input", field).value));
      if (w > 0 && high > 0) this.#add({ tool: "rectangle", x, y, x2: x + w, y2: y + high });
    };
    return h("details", {}, h("summary.small", {}, t("A rectangle in figures")),
      h("div.fields", {}, fields), h("button.little", { type: "button", onclick: add }, t("Mark it")));
  }

  use(tool) {
    this.tool = tool;
    for (const button of this.buttons) button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
  }

  undo() { this.strokes.pop(); this.#changed(); }

  clear() { this.strokes = []; this.base = null; this.#changed(); }

  async suggest(address) {
    const image = new Image();
    image.src = address;
    await image.decode();
    const board = new OffscreenCanvas(this.canvas.width, this.canvas.height);
    const pen = board.getContext("2d");
    pen.drawImage(image, 0, 0, board.width, board.height);
    const pixels = pen.getImageData(0, 0, board.width, board.height);
    for (let i = 0; i < pixels.data.length; i += 4) pixels.data[i + 3] = pixels.data[i] >= 96 ? 255 : 0; // white is marked
    pen.putImageData(pixels, 0, 0);
    this.base = { image, board };
    this.strokes = [];
    this.#changed();
  }

  #at(event) {
    const box = this.canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * this.width, ((event.clientY - box.top) / box.height) * this.height];
  }

  #down(event) {
    if (event.button > 0) return;
    event.preventDefault();
    this.canvas.focus({ preventScroll: true });
    this.canvas.setPointerCapture(event.pointerId);
    const [x, y] = this.#at(event);
    this.live = this.tool === "rectangle" ? { tool: "rectangle", x, y, x2: x, y2: y } : { tool: this.tool, size: this.size, points: [[x, y]] };
    this.strokes.push(this.live);
    this.draw();
  }

  #move(event) {
    if (!this.live) return;
    const [x, y] = this.#at(event);
    if (this.live.points) this.live.points.push([x, y]);
    else Object.assign(this.live, { x2: x, y2: y });
    this.draw();
  }

  #up() {
    if (!this.live) return;
    this.live = null;
    this.#changed();
  }

  #add(stroke) { this.strokes.push(stroke); this.#changed(); }

  #changed() {
    const marked = this.draw();
    this.told.textContent = marked ? t("{share} of the picture is marked.", { share: percent(Math.max(marked, 0.01)) }) : t("Nothing is marked yet.");
    this.onchange(marked);
  }

  #key(event) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const tools = { b: "brush", e: "eraser", r: "rectangle" };
    this.cursor ??= [this.width / 2, this.height / 2];
    if (event.key in moves) {
      const step = Math.max(this.width, this.height) * STEP;
      this.cursor = this.cursor.map((value, axis) => Math.min(Math.max(value + moves[event.key][axis] * step, 0), axis ? this.height : this.width));
    } else if (event.key === " ") {
      this.#add({ tool: this.tool === "eraser" ? "eraser" : "brush", size: this.size, points: [[...this.cursor]] });
    } else if (event.key in tools && !event.ctrlKey && !event.metaKey) this.use(tools[event.key]);
    else if (event.key === "z" && (event.ctrlKey || event.metaKey)) this.undo();
    else return;
    event.preventDefault();
    this.draw();
  }

  /** Draw what is marked; returns its share of the picture. */
  draw() {
    const { width, height } = this.canvas;
    const board = new OffscreenCanvas(width, height);
    this.#paint(board.getContext("2d"), width / this.width, this.base?.board);
    const pen = this.canvas.getContext("2d");
    pen.clearRect(0, 0, width, height);
    pen.globalAlpha = 0.55;
    pen.drawImage(tinted(board), 0, 0);
    pen.globalAlpha = 1;
    if (this.cursor) this.#aim(pen, width / this.width);
    return shareOf(board);
  }

  #aim(pen, scale) {
    const [x, y] = this.cursor.map((value) => value * scale);
    for (const [color, line] of [["#fff", 4], ["#000", 2]]) {
      pen.beginPath();
      pen.arc(x, y, Math.max((this.size * scale) / 2, 4), 0, 7);
      Object.assign(pen, { strokeStyle: color, lineWidth: line });
      pen.stroke();
    }
  }

  #paint(pen, scale, base) {
    if (base) pen.drawImage(base, 0, 0, pen.canvas.width, pen.canvas.height);
    Object.assign(pen, { fillStyle: "#fff", strokeStyle: "#fff", lineCap: "round", lineJoin: "round" });
    for (const stroke of this.strokes) {
      pen.globalCompositeOperation = stroke.tool === "eraser" ? "destination-out" : "source-over";
      if (!stroke.points) {
        pen.fillRect(Math.min(stroke.x, stroke.x2) * scale, Math.min(stroke.y, stroke.y2) * scale, Math.abs(stroke.x2 - stroke.x) * scale, Math.abs(stroke.y2 - stroke.y) * scale);
        continue;
      }
      pen.lineWidth = Math.max(stroke.size * scale, 1);
      pen.beginPath();
      stroke.points.forEach(([x, y], i) => (i ? pen.lineTo(x * scale, y * scale) : pen.moveTo(x * scale, y * scale)));
      if (stroke.points.length === 1) pen.lineTo(stroke.points[0][0] * scale + 0.01, stroke.points[0][1] * scale);
      pen.stroke();
    }
    pen.globalCompositeOperation = "source-over";
  }

  /** The mask as PNG in the picture's own size, or null where nothing is marked. */
  async blob() {
    if (!this.draw()) return null;
    const board = new OffscreenCanvas(this.width, this.height);
    const pen = board.getContext("2d");
    this.#paint(pen, 1, this.base ? whiteOnly(this.base.image, this.width, this.height) : null);
    pen.globalCompositeOperation = "destination-over";
    pen.fillStyle = "#000";
    pen.fillRect(0, 0, this.width, this.height);
    return board.convertToBlob({ type: "image/png" });
  }
}

function tinted(board) {
  const copy = new OffscreenCanvas(board.width, board.height);
  const pen = copy.getContext("2d");
  pen.drawImage(board, 0, 0);
  pen.globalCompositeOperation = "source-in";
  pen.fillStyle = "#e0382a";
  pen.fillRect(0, 0, copy.width, copy.height);
  return copy;
}

function whiteOnly(image, width, height) {
  const board = new OffscreenCanvas(width, height);
  const pen = board.getContext("2d");
  pen.drawImage(image, 0, 0, width, height);
  const pixels = pen.getImageData(0, 0, width, height);
  for (let i = 0; i < pixels.data.length; i += 4) pixels.data[i + 3] = pixels.data[i] >= 128 ? 255 : 0;
  pen.putImageData(pixels, 0, 0);
  return board;
}

function shareOf(board) {
  const few = new OffscreenCanvas(64, 64); // enough to tell a person how much
  const pen = few.getContext("2d", { willReadFrequently: true });
  pen.drawImage(board, 0, 0, 64, 64);
  const { data } = pen.getImageData(0, 0, 64, 64);
  let sum = 0;
  for (let i = 3; i < data.length; i += 4) sum += data[i];
  return sum / (64 * 64 * 255);
}
