/** German: a file for each room, as everywhere in the client. */

import account from "./de/account.js";
import admin from "./de/admin.js";
import canvas from "./de/canvas.js";
import common from "./de/common.js";
import editor from "./de/editor.js";
import home from "./de/home.js";

export default { account, admin, canvas, common, editor, home };
