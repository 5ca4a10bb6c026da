// Switches for the outlines of flagged parcels.

import { $, both, fill, h } from "./dom.js";
import { number } from "./format.js";
import { COLOURS } from "./palette.js";

const SVG = "http://www.w3.org/2000/svg";
const FLAGS = [
  ["low_efficiency", ["低效用地", "Low-efficiency"], COLOURS.low_efficiency, "4 3"],
  ["far_uplift", ["容积率提升", "FAR-uplift"], COLOURS.far_uplift, null],
];

function sample(colour, dashes) {
  const picture = document.createElementNS(SVG, "svg");
  const box = document.createElementNS(SVG, "rect");
  const attributes = { x: 2, y: 2, width: 26, height: 16, rx: 2, fill: COLOURS.hatch_ground, stroke: colour, "stroke-width": 2.4 };
  if (dashes) attributes["stroke-dasharray"] = dashes;
  for (const [name, value] of Object.entries(attributes)) box.setAttribute(name, value);
  for (const [name, value] of Object.entries({ width: 30, height: 20, "aria-hidden": "true" })) picture.setAttribute(name, value);
  picture.append(box);
  return picture;
}

/** Show the switches with their counts ({low_efficiency: 24, …}); `onChange` gets a flag and whether it is on. */
export function showFlags(counts, onChange) {
  fill(
    $("flag-list"),
    FLAGS.map(([flag, name, colour, dashes]) =>
      h(
        "li",
        {},
        h(
          "label",
          {},
          h("input", { type: "checkbox", name: flag, onchange: ({ target }) => onChange(flag, target.checked) }),
          sample(colour, dashes),
          h("span", { class: "pair" }, both(name)),
          h("span", { class: "count" }, number(counts[flag] ?? 0)),
        ),
      ),
    ),
  );
  $("flags").hidden = false;
}
