// The coverage panel: the share of parcels that have everything, and what is missing where.

import { $, both, fill, h, plain } from "./dom.js";
import { number, percent } from "./format.js";
import { STATES, feedName } from "./words.js";

const KINDS = Object.entries(STATES);

function stack(feed, total) {
  const label = KINDS.map(([kind, name]) => `${plain(name)} ${number(feed[kind])}`).join(", ");
  const bar = h("div", { class: "stack", role: "img", "aria-label": label });
  for (const [kind] of KINDS) {
    if (!feed[kind]) continue;
    const part = h("i", { class: kind });
    part.style.flexGrow = feed[kind] / total;
    bar.append(part);
  }
  return bar;
}

/** Show coverage: {parcels, complete, feeds: [{feed, fresh, stale, held, missing}]}. */
export function showCoverage({ parcels, complete, feeds }) {
  fill(
    $("coverage-body"),
    h(
      "p",
      { class: "figure" },
      h("strong", { id: "coverage-figure" }, percent(complete, parcels)),
      h(
        "span",
        { class: "words" },
        `${number(complete)} / ${number(parcels)} 宗数据齐备`,
        h("br"),
        h("span", { lang: "en" }, "parcels fully covered"),
      ),
    ),
    h(
      "ul",
      { class: "feeds" },
      feeds.map((feed) =>
        h(
          "li",
          { "data-feed": feed.feed },
          h(
            "div",
            { class: "row" },
            h("span", { class: "pair" }, both(feedName(feed.feed))),
            h("span", { class: "count" }, `${number(feed.fresh)}`, h("small", {}, `/ ${number(parcels)}`)),
          ),
          stack(feed, parcels),
        ),
      ),
    ),
    h(
      "p",
      { class: "key", "aria-hidden": "true" },
      KINDS.map(([kind, name]) => h("span", {}, h("i", { class: kind }), plain(name))),
    ),
  );
  $("coverage").hidden = false;
}
