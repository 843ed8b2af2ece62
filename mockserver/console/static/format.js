// Formats times, durations and counts.

const UNITS = [["year", 31_557_600_000], ["day", 86_400_000], ["hour", 3_600_000], ["min", 60_000], ["s", 1000]];
const pad = (number) => String(number).padStart(2, "0");

// 35 s, 2 min 5 s, 3 days 4 hours: two units at most
export function duration(ms) {
  const parts = [];
  let rest = Math.abs(ms);
  for (const [name, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count) parts.push(`${count} ${name}${count > 1 && size >= 3_600_000 ? "s" : ""}`);
    if (parts.length === 2 || (parts.length && !count)) break;
  }
  return parts.join(" ") || `${Math.round(rest)} ms`;
}

export function away(ms) {
  return ms >= 0 ? `in ${duration(ms)}` : `${duration(ms)} ago`;
}

// 2019-03-13 18:41:00, in UTC as everywhere in the API
export function stamp(at) {
  const time = new Date(at);
  return Number.isNaN(time.getTime()) ? "—" : `${time.toISOString().slice(0, 10)} ${clockTime(at)}`;
}

export function clockTime(at) {
  const time = new Date(at);
  return `${pad(time.getUTCHours())}:${pad(time.getUTCMinutes())}:${pad(time.getUTCSeconds())}`;
}

export function count(number, one, many = `${one}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

export const words = (name) => String(name ?? "").replaceAll("_", " ");

export function pretty(value) {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

// Statuses from 400 on are failures; the colour is never the only sign of it.
export const kindOf = (status) => (status >= 500 ? "fault" : status >= 400 ? "bad" : "good");
