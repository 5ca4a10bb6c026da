// Small helpers to build the page; text goes in as text, never as markup.

/** Make an element; `on…` attributes are listeners, null and false attributes are left out. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Chinese and English beside each other, each marked with its language. */
export function both([chinese, english]) {
  return [chinese, " ", h("span", { lang: "en" }, english)];
}

/** Both languages in one plain string, for attributes and option texts. */
export const plain = ([chinese, english]) => `${chinese} ${english}`;

export const $ = (id) => document.getElementById(id);

/** Put new children into an element and show it; without children, hide it. */
export function fill(element, ...children) {
  element.replaceChildren(...children.flat().filter(Boolean));
  element.hidden = element.childNodes.length === 0;
}
