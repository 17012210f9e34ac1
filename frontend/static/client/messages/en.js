/** English: a file for each room, as everywhere in the client. */

import account from "./en/account.js";
import admin from "./en/admin.js";
import canvas from "./en/canvas.js";
import common from "./en/common.js";
import copies from "./en/copies.js";
import editor from "./en/editor.js";
import films from "./en/films.js";
import home from "./en/home.js";
import palette from "./en/palette.js";
import past from "./en/past.js";
import picture from "./en/picture.js";

export default { account, admin, canvas, common, copies, editor, films, home, palette, past, picture };
