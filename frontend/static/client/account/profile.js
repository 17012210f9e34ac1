import { api } from "../api.js";
import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import "../ui/avatar.js";
import "../ui/error.js";
import "../ui/field.js";
import { FormElement } from "../ui/form.js";
import { toast } from "../ui/toast.js";
import { account } from "./styles.js";

/** Edits the public profile, with a live preview. */
export class ProfileForm extends FormElement {
  static properties = { profile: { state: true }, failure: { state: true } };
  static styles = [
    account,
    css`
    .preview {
      display: flex; align-items: center; gap: var(--space-4); padding: var(--space-4);
      border-radius: var(--radius-2); background: var(--sunken);
    }
    .preview ui-avatar { --avatar-size: 3.5rem; }
    .preview p { white-space: pre-line; overflow-wrap: anywhere; }
    .colour { display: flex; align-items: center; gap: var(--space-3); }
  `,
  ];

  constructor() {
    super();
    /** @type {{username: string, display_name: string, bio: string | null, avatar_color: string} | null} */
    this.profile = null;
    /** @type {unknown} */
    this.failure = null;
  }

  firstUpdated() {
    void this.#load();
  }

  async #load() {
    this.failure = null;
    try {
      this.profile = await api.get("/users/profile");
    } catch (error) {
      this.failure = error;
    }
  }

  #save = this.submits(async ({ display_name = "", bio = "", avatar_color = "" }) => {
    this.profile = await api.put("/users/profile", {
      display_name: display_name || null,
      bio: bio || null,
      avatar_color,
    });
    toast(t("common.saved"), { kind: "success" });
  });

  /** @param {InputEvent} event */
  #onInput(event) {
    if (!this.profile) return;
    const typed = Object.fromEntries(new FormData(/** @type {HTMLFormElement} */ (event.currentTarget)));
    this.profile = { ...this.profile, .../** @type {any} */ (typed) };
  }

  render() {
    const { profile, faults } = this;
    return html`<h2>${t("account.profile")}</h2>
      <ui-error .error=${this.failure} retryable @retry=${() => this.#load()}></ui-error>
      ${
        profile
          ? html`<form @submit=${this.#save} @input=${this.#onInput}>
            <div class="preview">
              <ui-avatar name=${profile.display_name || profile.username}
                .colour=${profile.avatar_color}></ui-avatar>
              <div><strong>${profile.display_name || profile.username}</strong>
                <p class="soft">${profile.bio}</p></div>
            </div>
            <ui-field label=${t("account.display_name")} name="display_name" .value=${profile.display_name}
              maxlength="50"
              autocomplete="nickname" hint=${t("account.display_name_hint")}
              error=${faults.display_name ?? ""}></ui-field>
            <ui-field label=${t("account.bio")} name="bio" multiline .value=${profile.bio ?? ""}
              maxlength="500" error=${faults.bio ?? ""}></ui-field>
            <label class="colour"><input type="color" name="avatar_color"
              .value=${profile.avatar_color}>${t("account.avatar_color")}</label>
            <ui-error .error=${this.error}></ui-error>
            <div class="row"><button class="primary" ?disabled=${this.busy}>${t("common.save")}</button></div>
          </form>`
          : ""
      }`;
  }
}
customElements.define("account-profile", ProfileForm);
