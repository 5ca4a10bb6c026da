// The page's course: which districts there are, which evaluation is shown, and what happens on a click.

import * as api from "./api.js";
import { Card } from "./card.js";
import { showCoverage } from "./coverage.js";
import { $, both, fill, h, plain } from "./dom.js";
import { showFlags } from "./flags.js";
import { factsOf, hideLevers, offerLevers } from "./levers.js";
import { Legend } from "./legend.js";
import { number } from "./format.js";
import { showProblem } from "./problem.js";
import { STATES, STATUS } from "./words.js";

const state = { districts: [], district: null, evaluation: null, parcel: null };
let drawing;
let map;
let visit = 0; // counts up with every choice, so that a late answer to an earlier one is let go

const card = new Card(() => select(null));
const legend = new Legend((hidden) => map?.hide(hidden));

const NO_LIBRARY = {
  title: "The map library is not there",
  title_zh: "缺少地图组件",
  detail: "maplibre-gl was not copied beside the page.",
  detail_zh: "页面目录中没有 maplibre-gl。",
  action: "In service/console run: npm ci && npm run vendor; then start the service again.",
};

/** Run a step; what goes wrong is shown with a button to try again. */
async function attempt(step) {
  try {
    fill($("problem"));
    return await step();
  } catch (error) {
    showProblem(error, () => attempt(step));
    return null;
  }
}

async function start() {
  if (!map) {
    // loaded here and not above: without the library the page can still say what is missing
    drawing = await import("./map.js").catch(() => {
      throw new api.Problem(NO_LIBRARY, "vendor/maplibre-gl.mjs");
    });
    map = new drawing.ParcelMap($("map"), $("hint"), describe);
    map.addEventListener("pick", ({ detail }) => attempt(() => select(detail)));
    map.addEventListener("problem", ({ detail }) => showProblem(detail, () => location.reload()));
  }
  state.districts = await api.districts();
  $("district").replaceChildren(...state.districts.map(({ district }) => h("option", { value: district }, district)));
  $("district").disabled = state.districts.length === 0;
  if (!state.districts.length) {
    $("map").dataset.state = "empty";
    notice(["还没有宗地数据。先导入宗地，或生成演示园区：", "No parcels yet. Import some, or make the demo park:"], "mujun demo");
    return;
  }
  const wanted = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  const asked = state.districts.find(({ district }) => district === wanted.district);
  const evaluated = state.districts.find(({ evaluations }) => evaluations.length > 0);
  await chooseDistrict((asked ?? evaluated ?? state.districts[0]).district, wanted);
}

async function chooseDistrict(name, wanted = {}) {
  state.district = state.districts.find(({ district }) => district === name);
  const { evaluations, bbox } = state.district;
  $("district").value = name;
  $("evaluation").replaceChildren(
    ...evaluations.map(({ id, period, scheme_name, status }) =>
      h("option", { value: id }, `${period} · ${scheme_name}${status === "draft" ? `（${plain(STATUS.draft)}）` : ""}`),
    ),
  );
  $("evaluation").disabled = evaluations.length === 0;
  map.fit(bbox, { at: true });
  const asked = evaluations.find(({ id }) => String(id) === wanted.evaluation);
  const published = evaluations.find(({ status }) => status === "published");
  await showEvaluation(asked ?? published ?? evaluations[0] ?? null);
  if (wanted.parcel) await select(wanted.parcel);
}

async function showEvaluation(evaluation) {
  const mine = ++visit;
  state.evaluation = evaluation;
  if (evaluation) $("evaluation").value = evaluation.id;
  card.close({ quietly: true });
  state.parcel = null;
  showStatus(evaluation);
  const byCoverage = $("coverage-on-map").checked;
  const collection = byCoverage ? "coverage" : evaluation ? "scores" : "parcels";
  const [tiles, counts, coverage] = await Promise.all([
    byCoverage ? api.coverageTiles(evaluation?.period ?? usualPeriod()) : api.tilejson(collection, evaluation),
    evaluation && api.counts(evaluation),
    api.coverage(state.district.district, evaluation, usualPeriod()),
  ]);
  if (mine !== visit) return;
  await map.show(collection, tiles, evaluation ? null : state.district.district);
  showSummary(counts, coverage);
  if (evaluation) {
    fill($("notice"));
    legend.show(counts.grades);
    showFlags(counts, (flag, on) => map.outline(flag, on));
    if (byCoverage) for (const id of ["legend", "flags"]) $(id).hidden = true; // the map shows no grades
    await offerLevers(evaluation, (style) => map.overlay(style), attempt);
  } else {
    legend.clear();
    $("flags").hidden = true;
    hideLevers();
    notice(["该区域尚未评价，宗地以灰色显示。", "Nothing is evaluated here yet; parcels are shown in grey."], `mujun evaluate --district ${state.district.district} --period ${usualPeriod()}`);
  }
  if (coverage) showCoverage(coverage);
  else $("coverage").hidden = true;
  remember();
}

/** The newest period that anything was evaluated for, else last year. */
function usualPeriod() {
  const periods = state.districts.flatMap(({ evaluations }) => evaluations.map(({ period }) => period));
  return periods.sort().at(-1) ?? String(new Date().getFullYear() - 1);
}

function showStatus(evaluation) {
  const status = $("status");
  status.hidden = !evaluation;
  if (!evaluation) return;
  status.dataset.status = evaluation.status;
  status.replaceChildren(...both(STATUS[evaluation.status] ?? [evaluation.status, ""]));
}

function showSummary(counts, coverage) {
  const parcels = counts ? counts.parcels : (coverage?.parcels ?? state.district.parcels);
  const entries = [[["宗地", "Parcels"], parcels]];
  if (counts) entries.push([["已评价", "Scored"], counts.scored], [["低效用地", "Low-efficiency"], counts.low_efficiency]);
  fill($("summary"), h("dl", {}, entries.map(([name, value]) => h("div", {}, h("dt", {}, both(name)), h("dd", {}, number(value))))));
}

function notice(text, command) {
  fill($("notice"), h("p", {}, both(text)), command && h("code", {}, command));
}

/** Open a parcel's card by its code, or close it with null. */
async function select(code, { focus = false, fly = false } = {}) {
  state.parcel = code;
  map.select(code);
  remember();
  if (!code) {
    card.close({ quietly: true });
    return;
  }
  const { evaluation } = state;
  const [feature, explained] = await Promise.all([api.parcel(code, evaluation), evaluation && api.explanation(evaluation, code)]);
  if (state.parcel !== code) return;
  const address = evaluation && api.explanationAddress(evaluation, code);
  card.show(feature.properties, { explained, address, focus });
  const [west, south, east, north] = drawing.boxOf(feature.geometry);
  if (fly) map.fit([west, south, east, north]);
  else map.keepClear([(west + east) / 2, (south + north) / 2], card.element);
  if (!evaluation) return;
  const facts = await factsOf(evaluation, code);
  if (state.parcel === code) card.append(facts);
}

function describe(properties) {
  const text = [properties.parcel_code ?? properties.code, properties.name].filter(Boolean).join(" ");
  if ("state" in properties) return [h("b", {}, STATES[properties.state][0]), text];
  if (!("status" in properties)) return [text];
  const grade = properties.status === "scored" ? properties.grade : "";
  return [h("b", {}, grade || "–"), text];
}

/** Keep what is shown in the address, so that it can be sent to somebody. */
function remember() {
  const entries = { district: state.district?.district, evaluation: state.evaluation?.id, parcel: state.parcel };
  const kept = Object.entries(entries).filter(([, value]) => value !== null && value !== undefined);
  history.replaceState(null, "", `#${new URLSearchParams(kept)}`);
}

$("choices").addEventListener("submit", (event) => event.preventDefault());
$("district").addEventListener("change", ({ target }) => attempt(() => chooseDistrict(target.value)));
$("evaluation").addEventListener("change", ({ target }) => {
  const chosen = state.district.evaluations.find(({ id }) => String(id) === target.value);
  attempt(() => showEvaluation(chosen));
});
$("coverage-on-map").addEventListener("change", () => attempt(() => showEvaluation(state.evaluation)));
$("search").addEventListener("submit", (event) => {
  event.preventDefault();
  const code = $("code").value.trim().toUpperCase();
  if (code) attempt(() => select(code, { focus: true, fly: true }));
});

await attempt(start);
