import { t } from "../i18n.js";
import { toast } from "../ui/toast.js";

/** @param {string} link */
export async function copyLink(link) {
  try {
    await navigator.clipboard.writeText(link);
    toast(t("canvas.link_copied"), { kind: "success" });
  } catch {
    toast(link); // pages without TLS have no access to the clipboard: show the link for copying
  }
}
