// Everything the page asks the service for. Addresses are relative to the page, so it works under any path.

/** An answer that is not a success, as the problem document (RFC 9457) that explains it. */
export class Problem extends Error {
  constructor(document, url) {
    super(document.detail ?? document.title);
    this.document = document;
    this.url = url;
  }
}

const address = (path, parameters = {}) => {
  const url = new URL(path, document.baseURI);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null && value !== undefined) url.searchParams.set(name, value);
  }
  return url;
};

async function get(path, parameters, signal) {
  const url = address(path, parameters);
  let response;
  try {
    response = await fetch(url, { headers: { Accept: "application/json, application/geo+json;q=0.9" }, signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(
      {
        title: "The service cannot be reached",
        title_zh: "无法连接服务",
        detail: "No answer came from this address.",
        detail_zh: "该地址没有响应。",
        action: "Check that mujun serve is running, then try again.",
      },
      url.pathname,
    );
  }
  const body = await response.json().catch(() => null);
  if (response.ok && body !== null) return body;
  throw new Problem(body ?? { title: response.statusText || "No JSON came back", status: response.status }, url.pathname);
}

const byPeriod = (a, b) => b.period.localeCompare(a.period) || b.id - a.id;

/** All districts with parcels, each with its evaluations, newest first: {district, parcels, bbox, evaluations}. */
export async function districts() {
  const [places, { evaluations }] = await Promise.all([get("console/districts"), get("evaluations", { limit: 1000 })]);
  const mine = ({ district }) => evaluations.filter((each) => each.district === district).toSorted(byPeriod);
  return places.districts.map((place) => ({ ...place, evaluations: mine(place) }));
}

/** The TileJSON of a collection; `evaluation` chooses whose scores. */
export const tilejson = (collection, evaluation) =>
  get(`collections/${collection}/tiles/WebMercatorQuad/tilejson`, { evaluation: evaluation?.id });

/** The TileJSON of coverage in a year. */
export const coverageTiles = (period) => get("collections/coverage/tiles/WebMercatorQuad/tilejson", { period });

async function matching(evaluation, filter) {
  const page = await get("collections/scores/items", { evaluation: evaluation.id, limit: 1, ...filter });
  return page.numberMatched;
}

/** How an evaluation came out: {parcels, scored, grades: {A: 70, …, "": 12}, low_efficiency, far_uplift}. */
export async function counts(evaluation) {
  const { parcels, scored, grades } = evaluation;
  const [low_efficiency, far_uplift] = await Promise.all([
    matching(evaluation, { low_efficiency: true }),
    matching(evaluation, { far_uplift: true }),
  ]);
  return { parcels, scored, grades: { ...grades, "": parcels - scored }, low_efficiency, far_uplift };
}

const STATES = ["fresh", "stale", "held", "missing"];

/** Coverage of a district: {parcels, complete, feeds: [{feed, fresh, stale, held, missing}]}, in parcels. */
export async function coverage(district, evaluation, period) {
  const about = { district, period: evaluation?.period ?? period };
  const report = await get("coverage", { ...about, scheme: evaluation?.scheme_name }).catch((problem) => {
    // a scheme of the user's own has no name here; the default one reads the usual metrics
    if (evaluation && problem.document?.status === 404) return get("coverage", about);
    throw problem;
  });
  const [park] = report.park;
  const feeds = park.feeds.map(({ feed, ...states }) => ({
    feed: feed.code,
    ...Object.fromEntries(STATES.map((state) => [state, states[state].parcels])),
  }));
  return { parcels: park.parcels.parcels, complete: park.covered.parcels, feeds };
}

/** One parcel as a GeoJSON feature: its score, or the parcel itself where nothing is evaluated. */
export const parcel = (code, evaluation) =>
  evaluation
    ? get(`collections/scores/items/${encodeURIComponent(`${evaluation.id}:${code}`)}`)
    : get(`collections/parcels/items/${encodeURIComponent(code)}`);

/** The MapLibre style of a collection, of one evaluation where the collection is of evaluations. */
export const style = (collection, evaluation) => get(`styles/${collection}`, { f: "mapbox", evaluation: evaluation?.id });

/** What a collection of an evaluation says of a parcel: its properties, null where it says nothing. */
export async function said(collection, evaluation, code) {
  const page = await get(`collections/${collection}/items`, { evaluation: evaluation.id, parcel_code: code, limit: 1 });
  return page.features[0]?.properties ?? null;
}

const explanationPath = (evaluation, code) => `evaluations/${evaluation.id}/parcels/${encodeURIComponent(code)}`;

export const explanationAddress = (evaluation, code) => address(explanationPath(evaluation, code)).href;

/** Why a parcel got its result; `calculation` is there for analysts only. */
export const explanation = (evaluation, code) => get(explanationPath(evaluation, code));
