// Grade colours that stay apart for every kind of colour vision; letters and patterns say the same again.
// The colours themselves are in the service's table of styles, of which colours.js is made.

import { CLASSES, COLOURS } from "./colours.js";

export { COLOURS };
export const GRADE_COLOURS = CLASSES.scores;
export const STATE_COLOURS = CLASSES.coverage;
export const LIGHT_LETTERS = new Set(["A", "D"]);

const SCALE = 2; // pixels of the pictures per pixel of the page

function picture(size, draw) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size * SCALE;
  const context = canvas.getContext("2d");
  context.scale(SCALE, SCALE);
  draw(context, size);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

/** Diagonal hatching for parcels without a score, so that grey is not taken for a grade. */
const hatching = () =>
  picture(8, (context, size) => {
    context.fillStyle = COLOURS.hatch_ground;
    context.fillRect(0, 0, size, size);
    context.strokeStyle = COLOURS.hatch_line;
    context.lineWidth = 1.3;
    for (const shift of [-size, 0, size]) {
      context.beginPath();
      context.moveTo(shift - 2, size + 2);
      context.lineTo(shift + size + 2, -2);
      context.stroke();
    }
  });

/** Give a map the picture its layers name: `not-scored`. */
export function addPictures(map) {
  map.addImage("not-scored", hatching(), { pixelRatio: SCALE });
}
