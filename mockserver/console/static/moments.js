// Parses times in a timezone: "tomorrow 9:00", "in 2 h", "fri 18:30", "+35s", or ISO 8601.

const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const UNITS = { ms: 1, s: 1000, sec: 1000, m: 60_000, min: 60_000, h: 3_600_000, hour: 3_600_000, d: 86_400_000, day: 86_400_000, w: 604_800_000, week: 604_800_000 };
export const EXPECTED = "a time such as tomorrow 9:00, fri 18:30, in 2 h, +35s, 2019-03-13 18:00, or now";

// Returns milliseconds since 1970, or NaN. `zone` is a name such as Europe/Oslo.
export function readMoment(text, now, zone = "UTC") {
  const words = text.trim().toLowerCase();
  if (words === "now") return now;
  const by = words.match(/^(?:in |(\+|-)\s*)?(\d+(?:\.\d+)?)\s*([a-z]+?)s?( ago)?$/) ?? words.match(/^(?:in |(\+|-)\s*)?(\d+(?:\.\d+)?)\s*(s|ms)( ago)?$/);
  if (by && UNITS[by[3]]) return Math.round(now + (by[1] === "-" || by[4] ? -1 : 1) * Number(by[2]) * UNITS[by[3]]);
  if (/(z|[+-]\d\d:?\d\d)$/.test(words) && words.includes("t")) return Date.parse(text.trim());
  const exact = words.match(/^(\d{4})-(\d\d)-(\d\d)(?:[t ]+(.+))?$/);
  const day = exact ? [+exact[1], +exact[2], +exact[3]] : dayOf(words, now, zone);
  if (!day) return NaN;
  const time = exact ? exact[4] ?? "0:00" : words.replace(/^(next )?[a-z]+\s*(at )?/, "") || "0:00";
  const clock = time.match(/^(\d{1,2})(?:[:.](\d\d))?(?:[:.](\d\d)(?:\.(\d{1,3}))?)?\s*(am|pm)?$/);
  if (!clock || Number(clock[1]) > 24) return NaN;
  const hour = clock[5] ? (Number(clock[1]) % 12) + (clock[5] === "pm" ? 12 : 0) : Number(clock[1]);
  return at(day, [hour, +(clock[2] ?? 0), +(clock[3] ?? 0), +(clock[4] ?? "0").padEnd(3, "0")], zone);
}

function dayOf(words, now, zone) {
  const { year, month, day, weekday } = parts(now, zone);
  const ahead = { today: 0, tonight: 0, tomorrow: 1, yesterday: -1 }[words.match(/^[a-z]+/)?.[0]];
  const named = DAYS.indexOf(words.replace(/^next /, "").slice(0, 3));
  if (/^\d/.test(words)) return [year, month, day];
  const by = ahead ?? (named < 0 ? null : ((named - weekday + 6) % 7) + 1);
  if (by === null) return null;
  const date = new Date(Date.UTC(year, month - 1, day + by));
  return [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
}

function at([year, month, day], [hour, minute, second, ms], zone) {
  const wall = Date.UTC(year, month - 1, day, hour, minute, second, ms);
  const guess = wall - offset(wall, zone);
  return wall - offset(guess, zone);
}

function offset(at_, zone) {
  const { year, month, day, hour, minute, second } = parts(at_, zone);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at_ / 1000) * 1000;
}

function parts(at_, zone) {
  const found = Object.fromEntries(new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", weekday: "short", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" })
    .formatToParts(at_).map(({ type, value }) => [type, /^\d+$/.test(value) ? Number(value) : value]));
  return { ...found, weekday: DAYS.indexOf(found.weekday.toLowerCase().slice(0, 3)) };
}

// 2026-11-29 09:00:00 in a zone
export function inZone(at_, zone) {
  const { year, month, day, hour, minute, second } = parts(at_, zone);
  const two = (number) => String(number).padStart(2, "0");
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}`;
}
