/**
 * The points of a tile that lines, shapes, brushes and fills cover. Pure functions.
 *
 * A tile is `size` x `size` pixels of one byte, row by row; points outside it are never painted.
 * @typedef {readonly [number, number]} Point  x and y in pixels from the top left corner
 */

/**
 * Return the line between two points, both included (Bresenham, IBM Systems Journal 4(1), 1965).
 * @param {Point} from
 * @param {Point} to
 * @returns {Point[]}
 */
export function line([x, y], [endX, endY]) {
  const points = /** @type {Point[]} */ ([]);
  const width = Math.abs(endX - x);
  const height = -Math.abs(endY - y);
  const stepX = x < endX ? 1 : -1;
  const stepY = y < endY ? 1 : -1;
  let error = width + height;
  for (;;) {
    points.push([x, y]);
    if (x === endX && y === endY) return points;
    const doubled = 2 * error;
    if (doubled >= height) {
      error += height;
      x += stepX;
    }
    if (doubled <= width) {
      error += width;
      y += stepY;
    }
  }
}

/**
 * Return the rectangle between two opposite corners, outlined or filled.
 * @param {Point} from
 * @param {Point} to
 * @param {boolean} filled
 * @returns {Point[]}
 */
export function rectangle(from, to, filled) {
  const { left, top, right, bottom } = bounds(from, to);
  const points = /** @type {Point[]} */ ([]);
  for (let y = top; y <= bottom; y++) {
    const isWhole = filled || y === top || y === bottom;
    const step = isWhole ? 1 : Math.max(1, right - left);
    for (let x = left; x <= right; x += step) points.push([x, y]);
  }
  return points;
}

/**
 * Return the ellipse in the box between two opposite corners, outlined or filled.
 * @param {Point} from
 * @param {Point} to
 * @param {boolean} filled
 * @returns {Point[]}
 */
export function ellipse(from, to, filled) {
  const { left, top, right, bottom } = bounds(from, to);
  const centreX = (left + right) / 2;
  const centreY = (top + bottom) / 2;
  const radiusX = (right - left + 1) / 2;
  const radiusY = (bottom - top + 1) / 2;
  /**
   * @param {number} x
   * @param {number} y
   */
  const isInside = (x, y) => ((x - centreX) / radiusX) ** 2 + ((y - centreY) / radiusY) ** 2 <= 1;
  const points = /** @type {Point[]} */ ([]);
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      if (!isInside(x, y)) continue;
      const isEdge = !isInside(x - 1, y) || !isInside(x + 1, y) || !isInside(x, y - 1) || !isInside(x, y + 1);
      if (filled || isEdge) points.push([x, y]);
    }
  }
  return points;
}

/**
 * Constrain the end of a shape, as Shift does: a square, or a line in steps of 45 degrees.
 * @param {string} tool
 * @param {Point} from
 * @param {Point} to
 * @returns {Point}
 */
export function constrain(tool, from, to) {
  const width = to[0] - from[0];
  const height = to[1] - from[1];
  const side = Math.max(Math.abs(width), Math.abs(height));
  if (tool === "line") {
    if (2 * Math.abs(width) < side) return [from[0], to[1]];
    if (2 * Math.abs(height) < side) return [to[0], from[1]];
  }
  return [from[0] + (width < 0 ? -side : side), from[1] + (height < 0 ? -side : side)];
}

/**
 * Expand each point to a square of `brush` pixels around it; even sizes extend further up and left.
 * @param {readonly Point[]} points
 * @param {number} brush
 * @returns {Point[]}
 */
export function thicken(points, brush) {
  if (brush === 1) return [...points];
  const start = -Math.floor(brush / 2);
  const painted = /** @type {Point[]} */ ([]);
  for (const [x, y] of points) {
    for (let row = 0; row < brush; row++) {
      for (let column = 0; column < brush; column++) painted.push([x + start + column, y + start + row]);
    }
  }
  return painted;
}

/**
 * Return the pixels of one colour that are connected to a point by edges.
 * @param {Uint8Array} pixels
 * @param {number} size
 * @param {Point} start
 * @returns {Point[]}
 */
export function flood(pixels, size, [x, y]) {
  if (!isInside(size, [x, y])) return [];
  const colour = pixels[y * size + x];
  const seen = new Uint8Array(pixels.length);
  const waiting = [y * size + x];
  const points = /** @type {Point[]} */ ([]);
  seen[y * size + x] = 1;
  for (let offset = waiting.pop(); offset !== undefined; offset = waiting.pop()) {
    const column = offset % size;
    points.push([column, (offset - column) / size]);
    for (const [neighbour, exists] of /** @type {[number, boolean][]} */ ([
      [offset - 1, column > 0],
      [offset + 1, column < size - 1],
      [offset - size, offset >= size],
      [offset + size, offset + size < pixels.length],
    ])) {
      if (exists && !seen[neighbour] && pixels[neighbour] === colour) {
        seen[neighbour] = 1;
        waiting.push(neighbour);
      }
    }
  }
  return points;
}

/**
 * Return the offsets of the points inside the tile, each once.
 * @param {readonly Point[]} points
 * @param {number} size
 * @returns {number[]}
 */
export function offsets(points, size) {
  const found = new Set();
  for (const point of points) {
    if (isInside(size, point)) found.add(point[1] * size + point[0]);
  }
  return [...found];
}

/**
 * Return the pixels of one colour in the whole tile.
 * @param {Uint8Array} pixels
 * @param {number} size
 * @param {Point} start a pixel of that colour
 * @returns {Point[]}
 */
export function alike(pixels, size, [x, y]) {
  if (!isInside(size, [x, y])) return [];
  const colour = pixels[y * size + x];
  const points = /** @type {Point[]} */ ([]);
  pixels.forEach((other, offset) => {
    if (other === colour) points.push([offset % size, Math.floor(offset / size)]);
  });
  return points;
}

/**
 * Return whether a path that goes from `before` over `corner` to `after` turns on the spot: the corner makes
 * a slanted line look thick.
 * @param {Point} before
 * @param {Point} corner
 * @param {Point} after
 */
export function isCorner(before, corner, after) {
  const isBeside = (/** @type {Point} */ other) =>
    Math.abs(other[0] - corner[0]) + Math.abs(other[1] - corner[1]) === 1;
  return isBeside(before) && isBeside(after) && before[0] !== after[0] && before[1] !== after[1];
}

/**
 * @param {number} size
 * @param {Point} point
 */
export function isInside(size, [x, y]) {
  return x >= 0 && y >= 0 && x < size && y < size;
}

/**
 * @param {Point} from
 * @param {Point} to
 */
function bounds([x, y], [endX, endY]) {
  return {
    left: Math.min(x, endX),
    top: Math.min(y, endY),
    right: Math.max(x, endX),
    bottom: Math.max(y, endY),
  };
}
