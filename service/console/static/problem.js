// The error state: the problem document as people can read it.

import { $, both, fill, h } from "./dom.js";

/** Show an error; a `Problem` shows its document, anything else its message. `retry` is called by the button. */
export function showProblem(error, retry) {
  const problem = error.document ?? { title: "The page has a fault", title_zh: "页面出错", detail: error.message };
  const entries = [
    [["位置", "Where"], problem.place ?? error.url],
    [["处理", "What to do"], problem.action],
    [["代码", "Code"], problem.code && `${problem.code}${problem.status ? ` (${problem.status})` : ""}`],
  ].filter(([, value]) => value);
  fill(
    $("problem"),
    h("h2", {}, both([problem.title_zh ?? "出错了", problem.title ?? "Something went wrong"])),
    problem.detail_zh && h("p", {}, problem.detail_zh),
    problem.detail && h("p", { lang: "en" }, problem.detail),
    h("dl", {}, entries.flatMap(([name, value]) => [h("dt", {}, both(name)), h("dd", {}, value)])),
    h("button", { type: "button", class: "close", "aria-label": "关闭 Close", onclick: () => fill($("problem")) }, "×"),
    h("button", { type: "button", class: "button", onclick: retry }, both(["重试", "Try again"])),
  );
}
