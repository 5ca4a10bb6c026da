// Numbers and areas as people read them.

const SQUARE_METRES_PER_MU = 10_000 / 15;
const digits = (fraction) =>
  new Intl.NumberFormat("en-US", { minimumFractionDigits: fraction, maximumFractionDigits: fraction });
const FORMATS = [0, 1, 2, 3, 4].map(digits);

export const number = (value, fraction = 0) => (value === null || value === undefined ? "–" : FORMATS[fraction].format(value));

/** Square metres with 亩 beside them. */
export const area = (squareMetres) =>
  squareMetres === null || squareMetres === undefined
    ? "–"
    : `${number(squareMetres)} m² · ${number(squareMetres / SQUARE_METRES_PER_MU, 2)} 亩 mu`;

/** A share as a percentage with one digit; what is not all of it never reads 100 %. */
export function percent(part, whole) {
  if (!whole) return "–";
  const tenths = Math.floor((part / whole) * 1000) / 10;
  return `${FORMATS[1].format(tenths)} %`;
}

/** A value with at most four significant digits after the point, for indicators of any size. */
export const amount = (value) =>
  value === null || value === undefined ? "–" : new Intl.NumberFormat("en-US", { maximumSignificantDigits: 5 }).format(value);
