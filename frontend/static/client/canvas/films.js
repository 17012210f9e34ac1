import { api } from "../api.js";
import { dateTime, number, t } from "../i18n.js";
import { css, html, repeat } from "../lit.js";
import { session } from "../session.js";
import "../ui/error.js";
import "../ui/field.js";
import { FormElement } from "../ui/form.js";
import { saveFile } from "../ui/save-file.js";
import { base, controls, layout, typography } from "../ui/styles.js";
import { isSignedIn } from "./panel.js";

/** @import { FilmFormat, FilmView } from "#api" */
/** @import { LiveCanvas } from "../model/live-canvas.js" */

/** Milliseconds between two looks at a film that is being made: its progress may not reach the feed. */
const LOOK = 3_000;

const DEFAULT_SECONDS = 15;
const MOST_SECONDS = 120;

/** Pixels of a film's longer side. */
const LONGEST = 2048;

/** Pixels of a film in all its frames together, and how many of those make a second, as in the service. */
const [MOST_PIXELS, FRAMES_PER_SECOND] = [2_600_000_000, 20];

const MIB = 2 ** 20;

/** @type {Record<FilmFormat, {type: string, extension: string}>} */
const FILES = {
  gif: { type: "image/gif", extension: "gif" },
  apng: { type: "image/png", extension: "png" },
  mp4: { type: "video/mp4", extension: "mp4" },
  webp: { type: "image/webp", extension: "webp" },
};

/** `<canvas-films .live=${live}>`: has films of the canvas made, and offers those that are ready. */
export class CanvasFilms extends FormElement {
  static properties = {
    live: { attribute: false },
    films: { state: true },
    formats: { state: true },
    size: { state: true },
  };
  static styles = [
    base,
    typography,
    controls,
    layout,
    css`
    :host { margin-top: var(--space-5); padding-top: var(--space-4); border-top: 1px solid var(--line); }
    form { display: grid; gap: var(--space-3) var(--space-4); margin-top: var(--space-3); }
    @media (min-width: 40rem) {
      form { grid-template-columns: repeat(3, 1fr); }
      .whole { grid-column: 1 / -1; }
    }
    label > select { margin-top: var(--space-1); font-weight: 400; }
    label { font-weight: 600; }
    ul { margin-top: var(--space-4); padding: 0; list-style: none; }
    li { padding: var(--space-3) 0; border-top: 1px solid var(--line); }
    .grow { flex: 1; min-width: 12rem; }
    progress {
      display: block; width: 100%; height: 0.5rem; margin-top: var(--space-2); accent-color: var(--accent);
    }
    .wrong { color: var(--danger); }
  `,
  ];

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #life = new AbortController();

  constructor() {
    super();
    this.live = /** @type {LiveCanvas} */ (/** @type {unknown} */ (null)); // given before it is drawn
    /** @type {FilmView[]} newest first */
    this.films = [];
    /** @type {FilmFormat[]} */
    this.formats = [];
    /** The scale that is chosen; empty for one that fits a screen. */
    this.size = "";
  }

  connectedCallback() {
    super.connectedCallback();
    this.#life = new AbortController();
    this.live.feed?.addEventListener(
      "film",
      (event) => this.#show(/** @type {CustomEvent<{film: FilmView}>} */ (event).detail.film),
      { signal: this.#life.signal },
    );
    void this.#load();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#life.abort();
    clearTimeout(this.#timer);
  }

  get #path() {
    return `/canvases/${this.live.id}/films`;
  }

  get #underway() {
    return this.films.find(({ status }) => status === "waiting" || status === "drawing");
  }

  async #load() {
    clearTimeout(this.#timer);
    if (!session.account) return;
    try {
      const { items, formats } = await api.get(this.#path, { signal: this.#life.signal });
      this.films = items;
      this.formats = formats;
    } catch (error) {
      if (!this.#life.signal.aborted) this.error = error;
    }
    this.#lookAgain();
  }

  #lookAgain() {
    clearTimeout(this.#timer);
    if (this.#underway && this.isConnected) this.#timer = setTimeout(() => void this.#load(), LOOK);
  }

  /** @param {FilmView} film with its progress */
  #show(film) {
    this.films = this.films.map((one) => (one.id === film.id ? film : one));
    this.#lookAgain();
  }

  #make = this.submits(async ({ format, seconds, scale, from, to }) => {
    if (!isSignedIn("films.login")) return;
    const made = await api.post(this.#path, {
      format: format || "gif",
      seconds: Number(seconds),
      scale: scale ? Number(scale) : null,
      from: from ? new Date(from).toISOString() : null,
      to: to ? new Date(to).toISOString() : null,
    });
    this.films = [made, ...this.films];
    this.#lookAgain();
  });

  /** @param {FilmView} film */
  async #download({ id, format }) {
    this.error = null;
    try {
      const { bytes } = await api.bytes(`${this.#path}/${id}/file`);
      const { type, extension } = FILES[format];
      saveFile(bytes, type, `${this.live.canvas?.name ?? "film"}.${extension}`);
    } catch (error) {
      this.error = error;
    }
  }

  /** @param {FilmView} film */
  async #remove({ id }) {
    this.error = null;
    try {
      await api.delete(`${this.#path}/${id}`);
      this.films = this.films.filter((film) => film.id !== id);
    } catch (error) {
      this.error = error;
    }
  }

  render() {
    const most = this.#mostSeconds;
    return html`<h3>${t("films.make")}</h3>
      <p class="soft">${t("films.text")}</p>
      <form @submit=${this.#make}>
        <label>${t("films.format")}<select name="format">${(
          this.formats.length ? this.formats : /** @type {FilmFormat[]} */ (["gif", "apng"])
        ).map(
          (format) =>
            html`<option value=${format} ?selected=${format === "gif"}>${t(`films.${format}`)}</option>`,
        )}</select></label>
        <ui-field name="seconds" type="number" min="1" max=${most} inputmode="numeric" required
          label=${t("films.seconds")} value=${DEFAULT_SECONDS}
          hint=${t("films.seconds_hint", { most })}
          error=${this.faults.seconds ?? ""}></ui-field>
        <label>${t("films.size")}<select name="scale"
          @change=${(/** @type {Event} */ { target }) => {
            this.size = /** @type {HTMLSelectElement} */ (target).value;
          }}>
          <option value="">${t("films.fitting")}</option>${this.#scales.map(
            ({ scale, width, height }) =>
              html`<option value=${scale}>${t("films.scale", {
                scale,
                width,
                height,
              })}</option>`,
          )}</select></label>
        <ui-field name="from" type="datetime-local" label=${t("films.from")}
          hint=${t("films.from_hint")} error=${this.faults.from ?? ""}></ui-field>
        <ui-field name="to" type="datetime-local" label=${t("films.to")}
          hint=${t("films.to_hint")} error=${this.faults.to ?? ""}></ui-field>
        <div class="whole row"><button class="primary"
          ?disabled=${this.busy || this.#underway !== undefined}>${t("films.make")}</button></div>
      </form>
      <ui-error .error=${this.error}></ui-error>
      ${
        this.films.length
          ? html`<ul aria-label=${t("films.list")}>${repeat(
              this.films,
              ({ id }) => id,
              (film) => this.#row(film),
            )}</ul>`
          : ""
      }`;
  }

  /** The sizes that a film may have, from one pixel for each of the canvas on. */
  get #scales() {
    const { width = 0, height = 0 } = this.live.canvas ?? {};
    return [1, 2, 4, 8, 16]
      .map((scale) => ({ scale, width: width * scale, height: height * scale }))
      .filter((size) => Math.max(size.width, size.height) <= LONGEST);
  }

  /** The most seconds of a film in the size that is chosen. */
  get #mostSeconds() {
    const { width = 0, height = 0 } = this.#scales.find(({ scale }) => String(scale) === this.size) ?? {};
    return Math.min(MOST_SECONDS, Math.floor(MOST_PIXELS / (width * height * FRAMES_PER_SECOND)));
  }

  /** @param {FilmView} film */
  #row(film) {
    const isUnderway = film.status === "waiting" || film.status === "drawing";
    const name = t("films.name", {
      format: film.format.toUpperCase(),
      width: film.width,
      height: film.height,
      seconds: film.seconds,
    });
    return html`<li class="row">
      <div class="grow"><strong>${name}</strong>
        <p class="small ${film.status === "failed" ? "wrong" : "soft"}" role="status">${describe(film)}</p>
        ${
          isUnderway
            ? html`<progress aria-label=${name} max=${film.frames ?? 1}
              value=${film.frames ? film.frames_done : 0}></progress>`
            : ""
        }</div>
      ${
        film.status === "ready"
          ? html`<button @click=${() => this.#download(film)}
            aria-label=${t("films.download", { name })}>${t("canvas.download")}</button>`
          : ""
      }
      <button class="quiet" @click=${() => this.#remove(film)}
        aria-label=${t(isUnderway ? "films.cancel" : "films.delete", { name })}>${t(
          isUnderway ? "common.cancel" : "common.delete",
        )}</button>
    </li>`;
  }
}
customElements.define("canvas-films", CanvasFilms);

/**
 * Say how far a film is.
 * @param {FilmView} film
 */
function describe({ status, failure, frames, frames_done, size_bytes, expires_at }) {
  if (status === "ready")
    return t("films.ready", {
      size: number(Math.max(0.1, size_bytes / MIB), { maximumFractionDigits: 1 }),
      date: dateTime(expires_at),
    });
  if (status === "failed") return t(`films.failed_${failure}`);
  if (!frames) return t("films.waiting");
  return t("films.drawing", { percent: number(frames_done / frames, { style: "percent" }) });
}
