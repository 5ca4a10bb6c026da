// What codes mean, in Chinese and English: [Chinese, English].

export const GRADES = ["A", "B", "C", "D", "T"];
export const NOT_SCORED = "";

export const gradeName = (grade) => (grade === NOT_SCORED ? ["未评价", "Not scored"] : [`${grade} 类`, `Grade ${grade}`]);

export const STATUS = {
  published: ["已发布", "Published"],
  draft: ["草案", "Draft"],
};

/** What is to be done about a feed of a parcel, from the best to the worst. */
export const STATES = {
  fresh: ["有效", "fresh"],
  stale: ["过期", "stale"],
  held: ["待核", "held"],
  missing: ["缺失", "missing"],
};

const FEEDS = {
  land_area: ["用地面积", "Land area"],
  occupancy: ["占用关系", "Occupancy"],
  enterprise: ["企业登记", "Enterprise"],
  tax: ["税收", "Tax"],
  output: ["产值", "Output"],
  revenue: ["营业收入", "Revenue"],
  value_added: ["增加值", "Value added"],
  rd: ["研发经费", "R&D"],
  energy_equal_supply: ["能耗（等价）", "Energy"],
  energy_equal_energy: ["能耗（当量）", "Energy"],
  electricity: ["用电量", "Electricity"],
  emission: ["污染物排放", "Emissions"],
  headcount: ["职工人数", "Headcount"],
};

export const feedName = (feed) => FEEDS[feed] ?? [String(feed).replaceAll("_", " "), ""];

/** A text that the service gives in both languages: {code, zh, en}. */
export const told = ({ zh, en }) => [zh, en];

/** Codes joined by commas, as collections carry them. */
export const codes = (joined) => (joined ? String(joined).split(",").filter(Boolean) : []);
