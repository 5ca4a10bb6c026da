"""Colours of a screenshot, counted by the browser itself, which can read its own pictures."""

import base64

from playwright.sync_api import Browser

from service.reference.styles import style_table

GRADES = {grade: style_table().colours[f"grade_{grade.lower()}"].removeprefix("#") for grade in "ABCD"}
"""Grade colours as the page promises them in its legend."""

_COUNT = """async ([data, colours]) => {
  const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext("2d");
  context.drawImage(bitmap, 0, 0);
  const { data: pixels } = context.getImageData(0, 0, bitmap.width, bitmap.height);
  const counts = colours.map(() => 0);
  for (let at = 0; at < pixels.length; at += 4) {
    colours.forEach((colour, index) => {
      const wanted = [0, 2, 4].map((digit) => parseInt(colour.slice(digit, digit + 2), 16));
      if (wanted.every((value, channel) => Math.abs(value - pixels[at + channel]) <= 3)) counts[index] += 1;
    });
  }
  return counts;
}"""


def count_colours(browser: Browser, png: bytes, colours: dict[str, str]) -> dict[str, int]:
    """Return how many pixels of a PNG have each colour (``rrggbb``), within three steps of a channel."""
    page = browser.new_page()
    try:
        counts = page.evaluate(_COUNT, [base64.b64encode(png).decode(), list(colours.values())])
        return dict(zip(colours, counts, strict=True))
    finally:
        page.close()
