/** German: a file for each room, as everywhere in the client. */

import account from "./de/account.js";
import admin from "./de/admin.js";
import canvas from "./de/canvas.js";
import common from "./de/common.js";
import copies from "./de/copies.js";
import editor from "./de/editor.js";
import films from "./de/films.js";
import home from "./de/home.js";
import palette from "./de/palette.js";
import past from "./de/past.js";
import picture from "./de/picture.js";

export default { account, admin, canvas, common, copies, editor, films, home, palette, past, picture };
