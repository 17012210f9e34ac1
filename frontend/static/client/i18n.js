/** Messages, numbers and dates in the user's language. */

import { now } from "./clock.js";
import english from "./messages/en.js";
import { store } from "./store.js";

/** @import { Catalogue } from "#messages" */

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

/** Fires `change` when the language changes. */
class I18n extends EventTarget {
  /** @type {Language} */
  language = "en";
  /** The user's variant of the language, such as "en-GB", in which numbers and dates are written. */
  locale = "en";
  catalogue = fallback;

  /** Use the language stored in this browser, or else the first available one of the browser's languages. */
  async start() {
    const wanted = [store.get(CHOICE), ...navigator.languages.map((tag) => tag.split("-")[0])];
    await this.#use(wanted.find(isLanguage) ?? "en");
  }

  /** @param {Language} language */
  async choose(language) {
    store.set(CHOICE, language);
    await this.#use(language);
    this.dispatchEvent(new Event("change"));
  }

  /** @param {Language} language */
  async #use(language) {
    this.catalogue = await catalogues[language]();
    this.language = language;
    this.locale = chooseLocale(language, navigator.languages);
    document.documentElement.lang = language;
  }
}

/**
 * Return the variant of the language in which numbers and dates are written: that of the browser, or the
 * language in the browser's first region, as dates in English are American otherwise.
 * @param {string} language
 * @param {readonly string[]} tags the browser's languages, the best first
 */
export function chooseLocale(language, tags) {
  const locales = tags.flatMap(parseLocale);
  const own = locales.filter((locale) => locale.language === language);
  const region = [...own, ...locales].find((locale) => locale.region)?.region;
  return region ? `${language}-${region}` : language;
}

/**
 * Read a browser's language; some say "C" or "en-US@posix", which is none.
 * @param {string} tag
 */
function parseLocale(tag) {
  try {
    return [new Intl.Locale(tag)];
  } catch {
    return [];
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
 * Return the message `room.name` with its values. A missing message shows its key; a test finds those.
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
 * Return whether a message exists.
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
  return new Intl.NumberFormat(i18n.locale, options).format(value);
}

/**
 * @param {string | Date} moment
 * @param {Intl.DateTimeFormatOptions} [options]
 */
export function dateTime(moment, options = { dateStyle: "medium", timeStyle: "short" }) {
  return new Intl.DateTimeFormat(i18n.locale, options).format(new Date(moment));
}

/** @type {[Intl.RelativeTimeFormatUnit, number][]} with their length in seconds */
const UNITS = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/**
 * Format how long to wait, rounded up, such as "in 5 minutes".
 * @param {number} seconds
 */
export function waitingTime(seconds) {
  const [unit, length] = UNITS.find(([, least]) => seconds >= 2 * least) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(i18n.locale).format(Math.ceil(seconds / length), unit);
}

/**
 * Format the time since or until a moment in the largest unit that fits.
 * @param {string | Date} moment
 */
export function relativeTime(moment) {
  const seconds = (new Date(moment).getTime() - now()) / 1000;
  const format = new Intl.RelativeTimeFormat(i18n.locale, { numeric: "auto" });
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return format.format(Math.trunc(seconds / length), unit);
  }
  return format.format(0, "second");
}
