/** A wall of many plates, fetched page by page as one comes to them. */
import { $, h, show } from "./dom.js";
import { t } from "./words.js";

const PAGE = 48;

export class Wall {
  /** `fetchPage({offset, limit})` gives {items, total}; `draw(item)` a figure. */
  constructor(element, more, fetchPage, draw, empty) {
    Object.assign(this, { element, more, fetchPage, draw, empty, items: [], total: 0, asked: 0 });
    more.addEventListener("click", () => this.next());
    this.near = new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting)) this.next(); }, { rootMargin: "600px" });
  }

  find(id) { return this.items.find((item) => item.id === id); }

  drop(id) {
    this.items = this.items.filter((item) => item.id !== id);
    $(`[data-id="${id}"]`, this.element)?.remove();
    if (!this.items.length) this.again();
  }

  /** From the beginning: after a change, or with other filters. What was asked before is dropped. */
  async again() {
    this.asked += 1;
    Object.assign(this, { items: [], busy: false });
    await this.next(true);
  }

  async next(first = false) {
    if (this.busy) return;
    this.busy = true;
    const asked = this.asked;
    this.element.setAttribute("aria-busy", "true");
    try {
      const { items, total } = await this.fetchPage({ offset: this.items.length, limit: PAGE });
      if (asked !== this.asked) return;
      if (first) show(this.element);
      this.items.push(...items);
      this.total = total;
      this.element.append(...items.map((item) => this.draw(item)));
      if (!this.items.length) show(this.element, typeof this.empty === "string" ? h("div.empty", {}, h("p", {}, this.empty)) : this.empty());
      this.more.hidden = this.items.length >= total || !items.length;
      this.near.disconnect(); // and look anew: what was just hung may not fill the window yet
      if (!this.more.hidden) setTimeout(() => this.near.observe(this.more));
    } catch (error) {
      if (asked !== this.asked) return;
      this.more.hidden = true;
      const again = h("button", { type: "button", onclick: () => { trouble.remove(); this.busy = false; this.next(first); } }, t("Try again"));
      const trouble = h("div.empty", { role: "alert" }, h("p", {}, error.message), again);
      this.element.append(trouble);
    } finally {
      if (asked === this.asked) {
        this.busy = false;
        this.element.removeAttribute("aria-busy");
      }
    }
  }
}
