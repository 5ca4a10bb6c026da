// The card of one parcel: result, flags with their reasons, gaps, facts, indicators where one may see them.

import { $, both, fill, h } from "./dom.js";
import { amount, area, number } from "./format.js";
import { COLOURS } from "./palette.js";
import { codes, feedName, gradeName, told } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const POINT = 1_000_000; // item scores come in millionths

const part = (title, ...content) => h("div", { class: "part" }, title && h("h3", {}, both(title)), ...content);
const fact = (name, value, wide) => h("div", { class: wide ? "wide" : null }, h("dt", {}, both(name)), h("dd", {}, value));

/** A marker at the parcel's place between the first and the last of its ranking. */
function standing(rank, ranked) {
  const picture = document.createElementNS(SVG, "svg");
  const marker = document.createElementNS(SVG, "rect");
  const at = ranked > 1 ? ((rank - 1) / (ranked - 1)) * 100 : 0;
  const attributes = { x: `${at}%`, y: 0, width: 5, height: 18, rx: 2.5, fill: COLOURS.ink, stroke: COLOURS.paper, "stroke-width": 1.5 };
  for (const [name, value] of Object.entries(attributes)) marker.setAttribute(name, value);
  marker.style.transform = "translateX(-2.5px)";
  picture.append(marker);
  return h("div", { class: "standing", "aria-hidden": "true" }, picture);
}

function result(score, explained) {
  if (score.status !== "scored") {
    const reason = explained?.result.reason;
    return part(["未评价的原因", "Why there is no score"], h("p", { id: "card-reason" }, reason ? both(told(reason)) : score.reason));
  }
  const rank = score.rank
    ? [`第 ${number(score.rank)} / ${number(score.ranked)} 名`, `rank ${number(score.rank)} of ${number(score.ranked)}`]
    : ["不参与排名", "not ranked"];
  return part(
    null,
    h(
      "div",
      { class: "result" },
      h("span", {}, h("strong", { id: "card-points" }, number(score.points, 2)), " ", both(["分", "points"])),
      h("span", { id: "card-rank", class: "pair" }, both(rank)),
    ),
    score.rank && standing(score.rank, score.ranked),
  );
}

/** A flag that is raised, or one that cannot be judged and why. */
function flag(name, kind, score, explained) {
  const value = score[name];
  const reasons = explained?.flags[name].reasons ?? [];
  if (!value && !(value === null && reasons.length)) return null;
  const titles = {
    low_efficiency: value ? ["低效用地", "Low-efficiency land"] : ["低效用地：无法判定", "Low efficiency: cannot be judged"],
    far_uplift: value ? ["容积率提升备选", "FAR-uplift candidate"] : ["容积率提升：无法判定", "FAR uplift: cannot be judged"],
  };
  const more = name === "far_uplift" && value ? score.additional_floor_area_m2 : null;
  return h(
    "div",
    { class: `flag ${value ? kind : "unknown"}`, "data-flag": name },
    h("b", {}, both(titles[name])),
    h("ul", {}, reasons.map((reason) => h("li", { "data-reason": reason.code }, both(told(reason))))),
    more && h("p", { class: "note" }, both([`可增建筑面积 ${number(more)} m²`, "of additional floor area"])),
  );
}

function flags(score, explained) {
  const found = [flag("low_efficiency", "low", score, explained), flag("far_uplift", "uplift", score, explained)].filter(Boolean);
  return found.length ? part(["标记", "Flags"], found) : null;
}

function gaps(score, explained) {
  const reasons = new Map((explained?.coverage ?? []).map(({ feed, reason }) => [feed, reason]));
  const missing = codes(score.missing_feeds);
  if (!missing.length) return null;
  return part(
    ["数据缺口", "What is missing"],
    h(
      "ul",
      { id: "card-missing", class: "gaps" },
      missing.map((feed) =>
        h(
          "li",
          { "data-feed": feed },
          both(feedName(feed)),
          reasons.get(feed) && h("span", { class: "note" }, both(told(reasons.get(feed)))),
        ),
      ),
    ),
  );
}

function facts(parcel, explained) {
  const track = explained?.result.track;
  return part(
    null,
    h(
      "dl",
      { class: "facts" },
      fact(["用地面积", "Land area"], area(parcel.land_area_m2 ?? parcel.registered_area_m2), true),
      parcel.geodesic_area_m2 && fact(["图形面积", "Area of the outline"], area(parcel.geodesic_area_m2), true),
      fact(["建筑面积", "Floor area"], parcel.floor_area_m2 === null ? "–" : `${number(parcel.floor_area_m2)} m²`),
      fact(["容积率 / 上限", "FAR / limit"], `${number(parcel.far, 2)} / ${number(parcel.far_limit, 2)}`),
      track && fact(["评价类别", "Track"], both(told(track))),
      parcel.industry && fact(["行业", "Industry, GB/T 4754"], parcel.industry),
    ),
  );
}

const head = (...names) => h("thead", {}, h("tr", {}, names.map((name) => h("th", { scope: "col" }, both(name)))));

/** The indicators: with values and points for analysts, else their weights. */
function indicators(explained) {
  const analyst = explained.calculation;
  const figures = new Map((analyst?.indicators ?? []).map((each) => [each.code, each]));
  const rows = explained.indicators.map((item) => {
    const minor = figures.get(item.code)?.minor;
    const outcome = figures.get(item.code)?.outcome ?? item.outcome;
    const special = outcome && outcome.code !== "scored";
    const name = h(
      "td",
      {},
      both(told(item.title)),
      h("small", { class: "outcome" }, item.unit, special && [" · ", both(told(outcome))].flat()),
    );
    const weight = number(item.weight_applied, Number.isInteger(item.weight_applied) ? 0 : 2);
    if (!minor) return h("tr", { "data-indicator": item.code }, name, h("td", {}, weight));
    const shown = (value) => (value === null ? "–" : amount(value / minor.scale));
    return h(
      "tr",
      { "data-indicator": item.code },
      name,
      h("td", {}, shown(minor.value)),
      h("td", {}, shown(minor.benchmark)),
      h("td", {}, `${minor.points === null ? "–" : number(minor.points / POINT, 2)} / ${weight}`),
    );
  });
  if (!rows.length) return null;
  const columns = analyst ? [["数值", "Value"], ["基准", "Benchmark"], ["得分", "Points"]] : [["权重", "Weight"]];
  return part(
    null,
    h("table", { id: "card-indicators" }, head(["指标", "Indicator"], ...columns), h("tbody", {}, rows)),
    !analyst && h("p", { class: "note" }, both(["数值与得分需要分析员权限。", "Values and points need the analyst scope."])),
  );
}

export class Card {
  #before = null;

  /** `onClose` is called after the card was closed by its user. */
  constructor(onClose) {
    this.element = $("card");
    this.onClose = onClose;
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !this.element.hidden) this.close();
    });
  }

  /**
   * Show a parcel's properties: a score's or, without an evaluation, the parcel's own. `explained` is what the
   * service says about the score, `address` where; `focus` moves the focus in.
   */
  show(properties, { explained = null, address = null, focus = false } = {}) {
    const graded = "parcel_code" in properties;
    const grade = properties.status === "scored" ? (properties.grade ?? "") : "";
    if (this.element.hidden) this.#before = document.activeElement;
    delete this.element.dataset.levers;
    fill(
      this.element,
      h(
        "header",
        {},
        h("span", { class: "swatch badge", "data-grade": grade, "aria-hidden": "true" }, grade || "–"),
        h(
          "div",
          {},
          h("h2", { id: "card-title", tabindex: "-1" }, properties.parcel_code ?? properties.code),
          graded && h("p", { id: "card-grade", "data-grade": grade, class: "pair" }, both(gradeName(grade))),
          h("p", {}, [properties.town, properties.land_use].filter(Boolean).join(" · ")),
          properties.name && h("p", {}, properties.name),
        ),
        h("button", { type: "button", class: "close", "aria-label": "关闭 Close", onclick: () => this.close() }, "×"),
      ),
      graded && result(properties, explained),
      graded && flags(properties, explained),
      graded && gaps(properties, explained),
      facts(properties, explained),
      explained && indicators(explained),
      address &&
        part(null, h("a", { id: "card-explanation", href: address, target: "_blank", rel: "noopener" }, both(["计算依据（说明单）", "How this came about"]))),
    );
    this.element.scrollTop = 0;
    if (focus) $("card-title").focus();
  }

  /** Show what follows from the score below the rest. */
  append(facts) {
    if (facts.length) this.element.append(part(["结果应用", "What follows"], ...facts));
    this.element.dataset.levers = "shown";
  }

  close({ quietly = false } = {}) {
    if (this.element.hidden) return;
    this.element.hidden = true;
    if (!quietly) {
      this.#before?.focus?.();
      this.onClose();
    }
  }
}
