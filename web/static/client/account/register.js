import { html } from "../lit.js";
import { Element } from "../ui/element.js";
import { base, layout, typography } from "../ui/styles.js";

class Register extends Element {
  static styles = [base, typography, layout];

  render() {
    return html`<div class="page"><h1>Sign up</h1></div>`;
  }
}
customElements.define("tessera-register", Register);
