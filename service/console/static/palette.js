// Grade colours that stay apart for every kind of colour vision; letters and patterns say the same again.

export const COLOURS = { A: "#0b5a8e", B: "#79b8dc", C: "#f3c45c", D: "#c8512c", T: "#8d7fb8" };
export const STATE_COLOURS = { fresh: "#2c7f86", stale: "#9ccdd0", held: "#d99a2b" };
export const NOT_SCORED = "#d3d9da";
export const PLAIN = "#bcc7ca";
export const INK = "#16262e";
export const LOW_EFFICIENCY = "#1a1a1a";
export const FAR_UPLIFT = "#8a1fa0";
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
    context.fillStyle = "#e7ebeb";
    context.fillRect(0, 0, size, size);
    context.strokeStyle = "#b3bec1";
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
