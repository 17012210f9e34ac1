/** English: a file for each room, as everywhere in the client. */

import account from "./en/account.js";
import admin from "./en/admin.js";
import canvas from "./en/canvas.js";
import common from "./en/common.js";
import editor from "./en/editor.js";
import home from "./en/home.js";

export default { account, admin, canvas, common, editor, home };
