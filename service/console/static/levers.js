// What follows from the scores: a layer over the grades with its legend, and what each lever says of a parcel.

import * as api from "./api.js";
import { $, both, fill, h, plain } from "./dom.js";
import { amount, area, number } from "./format.js";

/** Collection and name; those of a map alone have no facts. */
const LEVERS = [
  ["low-efficiency", ["低效用地", "Low-efficiency land"]],
  ["blocks", ["连片低效用地", "Consolidation blocks"]],
  ["premises", ["可用空间", "Premises to let"]],
  ["surcharges", ["差别化电价", "Electricity surcharge"]],
  ["uplift-candidates", ["容积率提升", "FAR uplift"]],
  ["contracts", ["出让合同研判", "Grant contract"]],
  ["energy", ["能源检查诊断", "Energy diagnosis"]],
  ["measures", ["跟踪落实", "Measures"]],
];

const WORDS = {
  allowed: ["允许", "allowed"],
  with_consent: ["须经同意", "with consent"],
  forbidden: ["禁止", "forbidden"],
  unknown: ["未知", "unknown"],
  to_be_clarified: ["待核", "to be clarified"],
  inspected: ["已检查", "inspected"],
  due: ["应检查", "due"],
  never: ["从未检查", "never"],
};
const word = (code) => (WORDS[code] ? both(WORDS[code]) : String(code));
const hectares = (value) => `${number(value, 2)} ha`;
const rate = (value) => `${amount(value)} 元/kWh`;

/** Facts of a lever on the card: property, name, how it is written. */
const FACTS = {
  "low-efficiency": [
    ["years", ["持续年数", "Years running"], number],
    ["idle_land_ha", ["折算闲置（土地）", "Equivalent idle land"], hectares],
    ["idle_ha", ["折算闲置（指标）", "Idle by figures"], hectares],
  ],
  premises: [
    ["listed_floor_m2", ["清单建筑面积", "Listed floor"], area],
    ["candidates", ["候选项目", "Candidate projects"], number],
  ],
  surcharges: [
    ["tier_yuan_per_kwh", ["加价标准", "Surcharge"], rate],
    ["consecutive_years", ["连续年数", "Consecutive years"], number],
    ["amount_yuan", ["加价金额（元）", "Amount, yuan"], (value) => number(value, 2)],
  ],
  "uplift-candidates": [
    ["floor_added_m2", ["可增建筑面积", "Floor to add"], area],
    ["contract_uplift", ["合同约定", "By the contract"], word],
    ["extra_tax_own", ["预计新增税收（万元）", "Extra tax, 10,000 yuan"], amount],
  ],
  contracts: [
    ["breaches", ["违约事项", "Breaches"], number],
    ["days_late", ["逾期天数", "Days late"], number],
    ["leasing", ["出租", "Leasing"], word],
    ["transfer", ["转让", "Transfer"], word],
    ["uplift", ["提容", "Uplift"], word],
  ],
  energy: [
    ["inspection", ["能源检查", "Inspection"], word],
    ["factor", ["单耗与行业比", "Energy per output ÷ industry's"], (value) => number(value, 2)],
    ["retrofits", ["建议改造设备", "Machines worth a retrofit"], number],
    ["saved_tce", ["预计节能（吨标煤）", "Saving, tce"], amount],
    ["solar_kwp", ["光伏潜力（千瓦峰）", "Solar potential, kWp"], amount],
  ],
};

/** Fill the choice of layers; `onChange` gets the style of the chosen one, or null; `attempt` runs what may fail. */
export function offerLevers(evaluation, onChange, attempt) {
  const choice = $("lever");
  const before = choice.value;
  choice.replaceChildren(
    h("option", { value: "" }, plain(["不显示", "None"])),
    ...LEVERS.map(([collection, name]) => h("option", { value: collection }, plain(name))),
  );
  choice.value = before;
  choice.onchange = () => attempt(() => show(evaluation, onChange));
  $("levers").hidden = false;
  return choice.value ? attempt(() => show(evaluation, onChange)) : onChange(null);
}

export function hideLevers() {
  $("levers").hidden = true;
}

async function show(evaluation, onChange) {
  const collection = $("lever").value;
  const style = collection ? await api.style(collection, collection === "measures" ? null : evaluation) : null;
  if ($("lever").value !== collection) return; // somebody chose again meanwhile
  fill($("lever-legend"), (style?.metadata.legend ?? []).map(entry));
  await onChange(style);
}

function entry({ title, fill: colour, outline }) {
  const sample = h("span", { class: "lever-sample", "aria-hidden": "true" });
  sample.style.backgroundColor = colour ?? outline;
  return h("li", {}, sample, h("span", {}, title));
}

/** What the levers say of a parcel, as elements for its card; what is not told, or masked, is left out. */
export async function factsOf(evaluation, code) {
  const told = await Promise.all(
    Object.keys(FACTS).map(async (collection) => [collection, await api.said(collection, evaluation, code)]),
  );
  return told.flatMap(([collection, properties]) => {
    const facts = FACTS[collection].filter(([name]) => properties?.[name] !== null && properties?.[name] !== undefined);
    if (!facts.length) return [];
    const [, name] = LEVERS.find(([id]) => id === collection);
    return h(
      "div",
      { class: "lever", "data-lever": collection },
      h("h4", {}, both(name)),
      h(
        "dl",
        { class: "facts" },
        facts.map(([property, title, write]) => h("div", { "data-fact": property }, h("dt", {}, both(title)), h("dd", {}, write(properties[property])))),
      ),
    );
  });
}
