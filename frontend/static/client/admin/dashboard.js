import { api } from "../api.js";
import { address } from "../base.js";
import { number, t } from "../i18n.js";
import { css, html } from "../lit.js";
import { Element } from "../ui/element.js";
import "../ui/error.js";
import { base, controls, layout, typography } from "../ui/styles.js";
import { formatLongDay } from "./chart.js";
import { Load } from "./load.js";
import { marks, tables } from "./styles.js";

/** @import { DashboardView, DayView, QueueView, ServiceHealthView } from "#api" */

/** @typedef {"accounts" | "active" | "canvases" | "tiles" | "likes" | "reports"} Counter */

const REFRESH = 10_000; // milliseconds; the server collects its figures every five seconds

/** @type {Counter[]} */
const COUNTERS = ["tiles", "active", "accounts", "likes", "canvases", "reports"];

/** Figures of the whole installation, refreshed while the page is visible. */
class Dashboard extends Element {
  static styles = [
    base,
    typography,
    controls,
    layout,
    tables,
    marks,
    css`
    h2 { margin-bottom: var(--space-3); }
    section { margin-top: var(--space-6); }
    .counts { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: var(--space-3); }
    .count { display: flex; flex-direction: column; padding: var(--space-4); min-height: 7rem; }
    dt { color: var(--ink-soft); font-size: var(--text-small); font-weight: 600; }
    dd { display: flex; flex: 1; flex-direction: column; justify-content: space-between; }
    dd b {
      font-size: 1.75rem; line-height: 1.3; letter-spacing: -0.02em; font-variant-numeric: tabular-nums;
    }
    dd small { color: var(--ink-soft); }
    dd .mark { align-self: start; }
    .charts {
      display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 18rem), 1fr));
      gap: var(--space-3);
    }
    .charts .card, .health .card { padding: var(--space-4); }
    .health {
      display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr));
      gap: var(--space-3); align-items: start;
    }
    .health h3 { margin-bottom: var(--space-2); }
    details { margin-top: var(--space-3); }
    summary { display: inline-block; padding: var(--space-2) 0; color: var(--link); cursor: pointer; }
    .sight { margin-top: var(--space-3); }
    @media (max-width: 56rem) { .counts { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
    .tall { height: 7rem; }
    .taller { height: 11rem; }
  `,
  ];

  /** @type {Load<DashboardView>} */
  #overview = new Load(this, (signal) => api.get("/admin/dashboard", { signal }));
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;

  connectedCallback() {
    super.connectedCallback();
    void this.#overview.run();
    this.#timer = setInterval(() => {
      if (!document.hidden && !this.#overview.isBusy) void this.#overview.run();
    }, REFRESH);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  render() {
    const { data, error } = this.#overview;
    return html`<ui-error .error=${error} retryable @retry=${() => this.#overview.run()}></ui-error>
      ${data ? this.#renderFigures(data) : error ? "" : this.#renderSkeleton()}`;
  }

  /** @param {DashboardView} seen */
  #renderFigures(seen) {
    return html`
      <dl class="counts">
        ${renderCount(
          "accounts",
          seen.accounts,
          t("admin.new_accounts", { today: seen.new_today, week: seen.new_this_week }),
        )}
        ${renderCount(
          "active_today",
          seen.active_today,
          t("admin.active_this_week", { count: seen.active_this_week }),
        )}
        ${renderCount("live_viewers", seen.live_viewers)}
        ${renderCount("tiles", seen.tiles, renderToday(seen, "tiles"))}
        ${renderCount("canvases", seen.canvases, renderToday(seen, "canvases"))}
        ${renderCount("likes", seen.likes, renderToday(seen, "likes"))}
        ${renderCount(
          "open_reports",
          seen.open_reports,
          html`<a href=${address("/admin/reports")}>${t("admin.to_reports")}</a>`,
        )}
        ${renderCount(
          "queue_depth",
          seen.queue_depth,
          seen.dead_letters
            ? html`<span class="mark bad">${t("admin.dead_letters", { count: seen.dead_letters })}</span>`
            : t("admin.dead_letters", { count: 0 }),
        )}
      </dl>
      <section aria-labelledby="days">
        <h2 id="days">${t("admin.days")}</h2>
        <div class="charts">${COUNTERS.map(
          (counter) => html`<div class="card"><admin-chart label=${t(`admin.series_${counter}`)}
          .days=${seen.series.map(({ day }) => day)}
          .values=${seen.series.map((day) => day[counter])}></admin-chart></div>`,
        )}
        </div>
        <details><summary>${t("admin.as_table")}</summary>${this.#renderTable(seen.series)}</details>
      </section>
      <section aria-labelledby="health">
        <h2 id="health">${t("admin.health")}</h2>
        <div class="health">
          <div class="card"><h3>${t("admin.services")}</h3>${this.#renderServices(seen.services)}</div>
          <div class="card"><h3>${t("admin.queues")}</h3>${this.#renderQueues(seen.queues)}</div>
        </div>
        <p class="small soft sight">${
          seen.observed_seconds_ago === null
            ? t("admin.not_observed")
            : t("admin.observed", { count: Math.round(seen.observed_seconds_ago) })
        }</p>
      </section>`;
  }

  /** @param {DayView[]} series newest first, so that today is at the top */
  #renderTable(series) {
    return html`<div class="scroll card" tabindex="0" role="region" aria-labelledby="days"><table>
      <thead><tr><th scope="col">${t("admin.day")}</th>
        ${COUNTERS.map(
          (counter) => html`<th scope="col" class="number">${t(`admin.series_${counter}`)}</th>`,
        )}</tr></thead>
      <tbody>${[...series].reverse().map(
        (day) => html`<tr><th scope="row">${formatLongDay(day.day)}</th>
        ${COUNTERS.map((counter) => html`<td class="number">${number(day[counter])}</td>`)}</tr>`,
      )}</tbody>
    </table></div>`;
  }

  /** @param {ServiceHealthView[]} services */
  #renderServices(services) {
    return html`<table><thead class="visually-hidden"><tr><th scope="col">${t("admin.name")}</th>
      <th scope="col">${t("admin.state")}</th></tr></thead>
      <tbody>${services.map(
        (service) => html`<tr>
        <td>${service.name}</td>
        <td class="number"><span
          class="mark ${service.is_ready ? "good" : "bad"}">${describeState(service)}</span></td>
      </tr>`,
      )}</tbody></table>`;
  }

  /** @param {QueueView[]} queues */
  #renderQueues(queues) {
    return html`<table><thead class="visually-hidden"><tr><th scope="col">${t("admin.name")}</th>
      <th scope="col">${t("admin.messages")}</th></tr></thead>
      <tbody>${queues.map(
        (queue) => html`<tr>
        <td><code>${queue.name}</code></td>
        <td class="number">${
          queue.messages && queue.name.endsWith(".dead")
            ? html`<span class="mark bad">${number(queue.messages)}</span>`
            : number(queue.messages)
        }</td>
      </tr>`,
      )}</tbody></table>`;
  }

  #renderSkeleton() {
    return html`<p class="visually-hidden" role="status">${t("common.loading")}</p>
      <div class="counts">${Array.from({ length: 8 }, () => html`<div class="skeleton tall"></div>`)}</div>
      <section><div class="charts">${COUNTERS.map(
        () => html`<div class="skeleton taller"></div>`,
      )}</div></section>`;
  }
}
customElements.define("admin-dashboard", Dashboard);

/**
 * @param {string} name
 * @param {number | null} value null if unknown
 * @param {unknown} [more]
 */
function renderCount(name, value, more = "") {
  return html`<div class="card count"><dt>${t(`admin.${name}`)}</dt>
    <dd><b>${value === null ? t("admin.unknown") : number(value)}</b><small>${more}</small></dd></div>`;
}

/**
 * @param {DashboardView} seen
 * @param {Counter} counter
 */
function renderToday(seen, counter) {
  return t("admin.more_today", { count: seen.series.at(-1)?.[counter] ?? 0 });
}

/** @param {ServiceHealthView} service */
function describeState({ is_ready, state }) {
  if (is_ready) return t("admin.ready");
  return state === "ready" ? t("admin.not_seen") : state;
}
