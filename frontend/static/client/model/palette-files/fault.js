/** Thrown for a palette that cannot be read: the reason, and where in the file it is. */
export class PaletteFault extends Error {
  /**
   * @param {"too_few" | "too_many" | "too_large" | "text_too_large" | "unknown" | "header" | "colour"
   *   | "count" | "cut_off" | "no_colours"} reason
   * @param {{line?: number, offset?: number}} [place] a line of a text, counted from 1, or a byte, from 0
   */
  constructor(reason, { line, offset } = {}) {
    super(reason);
    this.reason = reason;
    this.line = line;
    this.offset = offset;
  }
}
