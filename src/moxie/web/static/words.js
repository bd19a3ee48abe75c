/** Sentences in the page's language. The English is the key; the page brings the translations. */

const given = JSON.parse(document.getElementById("page")?.textContent ?? "{}");

export const page = given;
export const language = given.language ?? "en";
const sentences = given.words ?? {};
const locale = { zh: "zh-CN", en: "en" }[language] ?? language;

/** A sentence with its placeholders filled; numbers are written as the language writes them. */
export function t(template, params = {}) {
  const sentence = sentences[template] ?? template;
  return sentence.replace(/\{(\w+)\}/g, (whole, name) =>
    name in params ? (typeof params[name] === "number" ? number(params[name]) : String(params[name])) : whole,
  );
}

export function number(value, digits = 2) {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);
}

/** A measured figure, as precise as it is: three digits. */
export function figure(value) {
  if (value === null || value === undefined) return "–";
  return new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 }).format(value);
}

/** A figure between controls: two places, or a dash where it could not be measured. */
export function share(value) {
  if (value === null || value === undefined) return "–";
  return new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(value);
}

/** A share in per cent; what is less than one is not called none. */
export function percent(value) {
  const digits = value > 0 && value < 0.01 ? 2 : 0;
  return new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: digits }).format(value);
}

export function when(iso) {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return "";
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(date);
}

export function seconds(value) {
  const whole = Math.max(0, Math.round(value));
  if (whole < 90) return t("{seconds} s", { seconds: whole });
  if (whole < 5400) return t("{minutes} min", { minutes: Math.round(whole / 60) });
  return t("{hours} h {minutes} min", { hours: Math.floor(whole / 3600), minutes: Math.round((whole % 3600) / 60) });
}

export function bytes(value) {
  const [amount, unit] = value < 1e3 ? [value, "byte"] : value < 1e6 ? [value / 1e3, "kilobyte"] : value < 1e9 ? [value / 1e6, "megabyte"] : [value / 1e9, "gigabyte"];
  return new Intl.NumberFormat(locale, { style: "unit", unit, maximumFractionDigits: amount < 10 ? 1 : 0 }).format(amount);
}

/** A list as the language joins it. */
export function list(items) {
  return new Intl.ListFormat(locale, { type: "conjunction" }).format(items);
}
