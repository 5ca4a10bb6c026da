// The map's layers, from the ground up. Pure data: what is drawn depends on the source's properties alone.

import { COLOURS, GRADE_COLOURS, LIGHT_LETTERS, STATE_COLOURS } from "./palette.js";

/** "" for a parcel without a score, else its grade. */
const grade = ["case", ["==", ["get", "status"], "scored"], ["coalesce", ["get", "grade"], ""], ""];
const shown = (hidden) => ["!", ["in", grade, ["literal", [...hidden]]]];
const hovered = ["boolean", ["feature-state", "hover"], false];
const byZoom = (...stops) => ["interpolate", ["linear"], ["zoom"], ...stops];

export const EMPTY_STYLE = {
  version: 8,
  sources: {},
  layers: [{ id: "ground", type: "background", paint: { "background-color": COLOURS.map_ground } }],
};

/** Property that names a parcel in each collection. */
export const KEY = { parcels: "code", scores: "parcel_code", coverage: "code" };

const edges = (source) => ({
  id: `${source}-edges`,
  type: "line",
  source,
  "source-layer": source,
  layout: { "line-join": "round" },
  // from afar the white between parcels would leave nothing of them
  paint: {
    "line-color": COLOURS.paper,
    "line-width": byZoom(12, 0.4, 15, 1.1, 18, 2),
    "line-opacity": byZoom(11.5, 0, 13, 1),
  },
});

const selection = (source) =>
  [
    ["casing", COLOURS.paper, 7],
    ["ring", COLOURS.ink, 3.5],
  ].map(([name, colour, width]) => ({
    id: `${source}-selected-${name}`,
    type: "line",
    source,
    "source-layer": source,
    filter: ["==", ["get", KEY[source]], ""],
    layout: { "line-join": "round" },
    paint: { "line-color": colour, "line-width": width },
  }));

/** An outline just inside the parcel, on white so that it stands out on every grade. */
const flag = (name, property, colour, dashes) =>
  [
    ["casing", COLOURS.paper, 4.4],
    ["line", colour, 2.2],
  ].map(([part, paint, width]) => ({
    id: `${name}-${part}`,
    type: "line",
    source: "scores",
    "source-layer": "scores",
    filter: ["==", ["get", property], true],
    layout: { "line-join": "round", visibility: "none" },
    paint: {
      "line-color": paint,
      "line-width": byZoom(12, width * 0.5, 15, width),
      "line-offset": byZoom(12, 1, 15, 2.4),
      ...(dashes && part === "line" ? { "line-dasharray": dashes } : {}),
    },
  }));

export const FLAG_LAYERS = {
  low_efficiency: ["low-casing", "low-line"],
  far_uplift: ["uplift-casing", "uplift-line"],
};

/** Parcels without an evaluation: plain grey. */
export const parcelLayers = () => [
  {
    id: "parcels-fill",
    type: "fill",
    source: "parcels",
    "source-layer": "parcels",
    paint: { "fill-color": ["case", hovered, COLOURS.plain_hover, COLOURS.plain] },
  },
  edges("parcels"),
  ...selection("parcels"),
];

/** Parcels by the state of their worst feed; hatched where one is missing. */
export const coverageLayers = () => [
  {
    id: "coverage-fill",
    type: "fill",
    source: "coverage",
    "source-layer": "coverage",
    paint: {
      "fill-color": ["match", ["get", "state"], ...Object.entries(STATE_COLOURS).flat(), COLOURS.no_data],
      "fill-opacity": ["case", hovered, 0.78, 1],
    },
  },
  {
    id: "coverage-hatching",
    type: "fill",
    source: "coverage",
    "source-layer": "coverage",
    filter: ["==", ["get", "state"], "missing"],
    paint: { "fill-pattern": "not-scored", "fill-opacity": ["case", hovered, 0.78, 1] },
  },
  edges("coverage"),
  ...selection("coverage"),
];

/** Scored parcels by grade; hatched where there is no score. */
export const scoreLayers = () => [
  {
    id: "scores-fill",
    type: "fill",
    source: "scores",
    "source-layer": "scores",
    paint: {
      "fill-color": ["match", grade, ...Object.entries(GRADE_COLOURS).flat(), "", COLOURS.no_data, COLOURS.grade_other],
      "fill-opacity": opacity(new Set()),
    },
  },
  {
    id: "scores-hatching",
    type: "fill",
    source: "scores",
    "source-layer": "scores",
    filter: ["==", grade, ""],
    paint: { "fill-pattern": "not-scored", "fill-opacity": opacity(new Set()) },
  },
  edges("scores"),
  ...flag("uplift", "far_uplift", COLOURS.far_uplift),
  ...flag("low", "low_efficiency", COLOURS.low_efficiency, [2.2, 1.6]),
  {
    id: "scores-letters",
    type: "symbol",
    source: "scores",
    "source-layer": "scores",
    minzoom: 14.2,
    filter: letters(new Set()),
    // without a glyph server the letters come from the reader's own fonts
    layout: { "text-field": ["get", "grade"], "text-font": ["System Bold"], "text-size": byZoom(14, 10, 17, 17), "text-padding": 14 },
    paint: { "text-color": ["match", ["get", "grade"], [...LIGHT_LETTERS], COLOURS.paper, COLOURS.ink] },
  },
  ...selection("scores"),
];

/** Fill opacity: hidden grades stay as a trace, the parcel under the pointer steps back a little. */
export function opacity(hidden) {
  return ["case", ["!", shown(hidden)], 0.1, hovered, 0.78, 1];
}

/** Letters only where a known grade is shown. */
export function letters(hidden) {
  return ["all", ["in", grade, ["literal", Object.keys(GRADE_COLOURS)]], shown(hidden)];
}
