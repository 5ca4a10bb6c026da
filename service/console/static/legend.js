// The legend: what each colour means, how many parcels have it, and which are shown.

import { $, both, fill, h } from "./dom.js";
import { number, percent } from "./format.js";
import { GRADES, NOT_SCORED, gradeName } from "./words.js";

const swatch = (grade) => h("span", { class: "swatch", "data-grade": grade, "aria-hidden": "true" }, grade || "–");

export class Legend {
  #hidden = new Set();

  /** `onChange` gets the set of hidden grades. */
  constructor(onChange) {
    this.onChange = onChange;
    $("show-all").addEventListener("click", () => this.#set(new Set()));
  }

  /** Show counts per grade ({A: 70, …}, "" for not scored) of an evaluation's parcels. */
  show(counts) {
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    const known = GRADES.filter((grade) => grade in counts || grade !== "T");
    const others = Object.keys(counts).filter((grade) => grade && !known.includes(grade)).sort();
    this.buttons = [...known, ...others, NOT_SCORED].map((grade) => this.#row(grade, counts[grade] ?? 0, total));
    fill($("grades"), this.buttons.map((button) => h("li", {}, button)));
    $("legend").hidden = false;
    this.#set(new Set());
  }

  clear() {
    $("legend").hidden = true;
  }

  #row(grade, count, total) {
    return h(
      "button",
      { type: "button", "aria-pressed": "true", "data-grade": grade, onclick: () => this.#toggle(grade) },
      swatch(grade),
      h("span", { class: "name pair" }, both(gradeName(grade))),
      h("span", { class: "count" }, number(count), h("small", {}, percent(count, total))),
      h("progress", { class: "thin bar-line", max: total || 1, value: count, "aria-hidden": "true" }),
    );
  }

  #toggle(grade) {
    const hidden = new Set(this.#hidden);
    if (!hidden.delete(grade)) hidden.add(grade);
    this.#set(hidden);
  }

  #set(hidden) {
    this.#hidden = hidden;
    for (const button of this.buttons) button.setAttribute("aria-pressed", String(!hidden.has(button.dataset.grade)));
    $("show-all").hidden = hidden.size === 0;
    this.onChange(hidden);
  }
}
