// The map: one vector source of our own tiles, coloured by grade. Nothing is asked of any other host.

import * as maplibregl from "./vendor/maplibre-gl.mjs";
import { h } from "./dom.js";
import { EMPTY_STYLE, FLAG_LAYERS, KEY, coverageLayers, letters, opacity, parcelLayers, scoreLayers } from "./layers.js";
import { addPictures } from "./palette.js";

const LOCALE = {
  "Map.Title": "宗地地图 Map of parcels",
  "NavigationControl.ZoomIn": "放大 Zoom in",
  "NavigationControl.ZoomOut": "缩小 Zoom out",
};

const LAYERS = { scores: scoreLayers, parcels: parcelLayers, coverage: coverageLayers };
const MOST_TOWNS = 12;
const OVER = "over-"; // what is drawn over the parcels has names that begin so

// by itself the library adds a version to the address, which the files of this page carry in their path
maplibregl.setWorkerUrl(new URL("./vendor/maplibre-gl-worker.mjs", import.meta.url).href);

/** The box [west, south, east, north] around a polygon or several. */
export function boxOf({ coordinates }) {
  const numbers = coordinates.flat(Infinity);
  const xs = numbers.filter((_, index) => index % 2 === 0);
  const ys = numbers.filter((_, index) => index % 2 === 1);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

export class ParcelMap extends EventTarget {
  #hidden = new Set();
  #hovered = null;
  #selected = null;
  #source = null;
  #towns = [];

  /** Draws into `container`; `hint` is the small label that follows the pointer. */
  constructor(container, hint, describe) {
    super();
    this.container = container;
    this.map = new maplibregl.Map({
      container,
      style: EMPTY_STYLE,
      locale: LOCALE,
      center: [105, 34],
      zoom: 3,
      maxZoom: 19,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      fadeDuration: 0,
      renderWorldCopies: false,
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-left");
    this.map.addControl(new maplibregl.ScaleControl({ maxWidth: 110 }), "bottom-left");
    this.ready = new Promise((resolve) => this.map.once("load", resolve)).then(() => addPictures(this.map));
    this.map.on("error", ({ error }) => this.dispatchEvent(new CustomEvent("problem", { detail: error })));
    this.map.on("idle", () => {
      // an empty map is idle as well, and means nothing
      if (this.#source) container.dataset.state = "idle";
    });
    this.#followPointer(hint, describe);
    // the map of a page is found from its element, for whoever inspects or tests it
    container.parcelMap = this;
  }

  /** Show one collection by its TileJSON; another source is taken away. */
  async show(collection, tilejson) {
    await this.ready;
    this.container.dataset.state = "loading";
    this.container.dataset.collection = collection;
    this.#clear();
    this.map.addSource(collection, {
      type: "vector",
      tiles: tilejson.tiles,
      minzoom: tilejson.minzoom,
      maxzoom: tilejson.maxzoom,
      promoteId: KEY[collection],
    });
    for (const layer of LAYERS[collection]()) this.map.addLayer(layer);
    this.#source = collection;
    this.hide(this.#hidden);
    this.select(this.#selected);
    this.map.once("idle", () => this.#nameTowns());
  }

  /** Move to a box [west, south, east, north]; `at` once, without the flight. */
  fit(bbox, { at = false } = {}) {
    if (!bbox) return;
    const [west, south, east, north] = bbox;
    const still = at || matchMedia("(prefers-reduced-motion: reduce)").matches;
    const padding = Math.min(44, this.container.clientWidth / 12);
    this.map.fitBounds([west, south, east, north], { padding, maxZoom: 16.5, animate: !still, duration: 700 });
  }

  /** Grades in `hidden` stay only as a trace. */
  hide(hidden) {
    this.#hidden = new Set(hidden);
    if (this.#source !== "scores") return;
    for (const layer of ["scores-fill", "scores-hatching"]) this.map.setPaintProperty(layer, "fill-opacity", opacity(this.#hidden));
    this.map.setFilter("scores-letters", letters(this.#hidden));
  }

  /** Outline the parcels with a flag (low_efficiency, far_uplift), or stop. */
  outline(flag, visible) {
    if (this.#source !== "scores") return;
    for (const layer of FLAG_LAYERS[flag]) this.map.setLayoutProperty(layer, "visibility", visible ? "visible" : "none");
  }

  /** Draw a style's layers over the parcels, below the ring; null takes them away. */
  overlay(style) {
    if (!this.#source) return;
    for (const { id } of this.map.getStyle().layers) if (id.startsWith(OVER)) this.map.removeLayer(id);
    for (const source of Object.keys(this.map.getStyle().sources)) if (source.startsWith(OVER)) this.map.removeSource(source);
    if (!style) return;
    this.container.dataset.state = "loading";
    for (const [name, source] of Object.entries(style.sources)) this.map.addSource(OVER + name, source);
    for (const layer of style.layers) {
      this.map.addLayer({ ...layer, id: OVER + layer.id, source: OVER + layer.source }, `${this.#source}-selected-casing`);
    }
  }

  /** Put a ring around a parcel, by its code; null takes it away. */
  select(code) {
    this.#selected = code;
    if (!this.#source) return;
    for (const part of ["casing", "ring"]) {
      this.map.setFilter(`${this.#source}-selected-${part}`, ["==", ["get", KEY[this.#source]], code ?? ""]);
    }
  }

  /** Bring a place out from under the card. */
  keepClear(place, card) {
    const point = this.map.project(place);
    const [stage, cover] = [this.container.getBoundingClientRect(), card.getBoundingClientRect()];
    const [x, y] = [stage.left + point.x, stage.top + point.y];
    const under = x > cover.left - 30 && x < cover.right && y > cover.top - 30 && y < cover.bottom;
    if (!under) return;
    const wide = cover.left > stage.left + 120;
    this.map.panBy(wide ? [x - cover.left + 90, 0] : [0, y - cover.top + 90], { duration: 300 });
  }

  /** Write each town's name over the middle of its parcels, as far as they are in view. */
  #nameTowns() {
    const sums = new Map();
    for (const { properties, geometry } of this.map.querySourceFeatures(this.#source, { sourceLayer: this.#source })) {
      const [west, south, east, north] = boxOf(geometry);
      const size = (east - west) * (north - south);
      const sum = sums.get(properties.town) ?? [0, 0, 0];
      sums.set(properties.town, [sum[0] + size, sum[1] + (size * (west + east)) / 2, sum[2] + (size * (south + north)) / 2]);
    }
    sums.delete(undefined);
    if (sums.size > MOST_TOWNS) return;
    this.#towns = [...sums].map(([name, [size, x, y]]) =>
      new maplibregl.Marker({ element: h("div", { class: "town", "aria-hidden": "true" }, name) })
        .setLngLat([x / size, y / size])
        .addTo(this.map),
    );
  }

  #clear() {
    for (const marker of this.#towns.splice(0)) marker.remove();
    this.#hover(null);
    for (const { id, source } of this.map.getStyle().layers) if (source) this.map.removeLayer(id);
    for (const source of Object.keys(this.map.getStyle().sources)) this.map.removeSource(source);
    this.#source = null;
  }

  #at(point) {
    const layer = `${this.#source}-fill`;
    return this.#source ? (this.map.queryRenderedFeatures(point, { layers: [layer] })[0] ?? null) : null;
  }

  #hover(feature) {
    if (this.#hovered?.id === feature?.id && this.#hovered?.source === feature?.source) return;
    const mark = (target, hover) => {
      if (target && this.map.getSource(target.source)) {
        this.map.setFeatureState({ source: target.source, sourceLayer: target.sourceLayer, id: target.id }, { hover });
      }
    };
    mark(this.#hovered, false);
    this.#hovered = feature;
    mark(feature, true);
  }

  #followPointer(hint, describe) {
    this.map.on("mousemove", ({ point }) => {
      const feature = this.#at(point);
      this.#hover(feature);
      this.map.getCanvas().style.cursor = feature ? "pointer" : "";
      hint.hidden = !feature;
      if (!feature) return;
      hint.replaceChildren(...describe(feature.properties));
      const left = Math.min(point.x + 14, this.container.clientWidth - hint.offsetWidth - 8);
      hint.style.transform = `translate(${left}px, ${Math.max(point.y - 42, 6)}px)`;
    });
    this.map.on("mouseout", () => {
      this.#hover(null);
      hint.hidden = true;
    });
    this.map.on("click", ({ point }) => {
      hint.hidden = true;
      const feature = this.#at(point);
      const code = feature && feature.properties[KEY[this.#source]];
      this.dispatchEvent(new CustomEvent("pick", { detail: code ? String(code) : null }));
    });
  }
}
