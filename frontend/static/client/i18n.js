/** Words, numbers and dates in the reader's language. */

import english from "./messages/en.js";

/**
 * @typedef {string | Partial<Record<Intl.LDMLPluralRule, string>>} Message text with {placeholders}; plural
 *   forms by `count`
 */
/** @typedef {Record<string, Record<string, Message>>} Catalogue messages by room */

export const LANGUAGES = { en: "English", de: "Deutsch" };
/** @typedef {keyof typeof LANGUAGES} Language */

const CHOICE = "tessera-language";

/** @type {Catalogue} */
const fallback = english;

/** @type {Record<Language, () => Promise<Catalogue>>} */
const catalogues = {
  en: async () => english,
  de: async () => (await import("./messages/de.js")).default,
};

/** Fires `change` when another language was chosen. */
class I18n extends EventTarget {
  /** @type {Language} */
  language = "en";
  catalogue = fallback;

  /** Use the language that was chosen here before, else the first of the browser's that there is. */
  async start() {
    const wanted = [localStorage.getItem(CHOICE), ...navigator.languages.map((tag) => tag.split("-")[0])];
    await this.#use(wanted.find(isLanguage) ?? "en");
  }

  /** @param {Language} language */
  async choose(language) {
    localStorage.setItem(CHOICE, language);
    await this.#use(language);
    this.dispatchEvent(new Event("change"));
  }

  /** @param {Language} language */
  async #use(language) {
    this.catalogue = await catalogues[language]();
    this.language = language;
    document.documentElement.lang = language;
  }
}

export const i18n = new I18n();

/**
 * @param {string | null | undefined} text
 * @returns {text is Language}
 */
function isLanguage(text) {
  return text !== null && text !== undefined && Object.hasOwn(LANGUAGES, text);
}

/**
 * The message called `room.name`, filled in. A key without a message is shown as it is: a test finds such
 * keys.
 * @param {string} key
 * @param {Record<string, string | number>} [values] `count` chooses the plural form
 */
export function t(key, values = {}) {
  const [room = "", name = ""] = key.split(/\.(.*)/s);
  const message = i18n.catalogue[room]?.[name] ?? fallback[room]?.[name] ?? key;
  const text =
    typeof message === "string" ? message : (message[plural(Number(values.count))] ?? message.other ?? key);
  return text.replace(/{(\w+)}/g, (whole, placeholder) => {
    const value = values[placeholder];
    return typeof value === "number" ? number(value) : (value ?? whole);
  });
}

/**
 * Whether there is such a message.
 * @param {string} key
 */
export function has(key) {
  const [room = "", name = ""] = key.split(/\.(.*)/s);
  return fallback[room]?.[name] !== undefined;
}

/** @param {number} count */
function plural(count) {
  return new Intl.PluralRules(i18n.language).select(count);
}

/**
 * @param {number} value
 * @param {Intl.NumberFormatOptions} [options]
 */
export function number(value, options) {
  return new Intl.NumberFormat(i18n.language, options).format(value);
}

/**
 * @param {string | Date} moment
 * @param {Intl.DateTimeFormatOptions} [options]
 */
export function dateTime(moment, options = { dateStyle: "medium", timeStyle: "short" }) {
  return new Intl.DateTimeFormat(i18n.language, options).format(new Date(moment));
}

/** @type {[Intl.RelativeTimeFormatUnit, number][]} seconds in each */
const UNITS = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/**
 * How long ago, or in how long, in the largest unit that fits.
 * @param {string | Date} moment
 */
export function relativeTime(moment) {
  const seconds = (new Date(moment).getTime() - Date.now()) / 1000;
  const format = new Intl.RelativeTimeFormat(i18n.language, { numeric: "auto" });
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return format.format(Math.trunc(seconds / length), unit);
  }
  return format.format(0, "second");
}
