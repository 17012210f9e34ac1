/** Touch, pen, mouse and wheel gestures on a picture that can be panned. */

import { preventFling } from "../ui/touch.js";
import { turnOf } from "../ui/wheel.js";

/** @import { Point } from "./viewport.js" */

/**
 * Handlers of gestures; points in CSS pixels from the top left of the element.
 * @typedef {{
 *   drag: (dx: number, dy: number) => void,
 *   pinch: (before: [Point, Point], after: [Point, Point]) => void,
 *   wheel: (point: Point, delta: number) => void,
 *   scroll: (right: number) => void,
 *   tap: (point: Point) => void,
 *   hold: (point: Point) => void,
 *   hover: (point: Point | null) => void,
 *   span: ((from: Point, to: Point | null, isDone: boolean) => void) | null,
 * }} Actions `scroll` is for the wheel with Shift; `hold` for a click of the right button and a long press;
 *   `span`, when set, receives what would otherwise be a drag: to null when it is broken off, or a pinch
 */

const BUTTON = { middle: 1, eraser: 5 };

/** A press that moves less than this many CSS pixels is a tap. */
const SLACK = 5;

/** Milliseconds after which a press with a finger or a pen that does not move is a long one. */
const HOLD_MS = 500;

/** Factor by which a pinch on a trackpad zooms more than a wheel event of the same delta. */
const TRACKPAD_PINCH = 8;

/**
 * Attach gesture handlers to an element.
 * @param {HTMLElement} element
 * @param {Actions} actions read at each gesture
 */
export function listen(element, actions) {
  /** @type {Map<number, Point>} */
  const pressed = new Map();
  /** @type {Point | null} */
  let start = null;
  let isTap = false;
  let held = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);
  /** The pen on the glass: meanwhile a touch is the palm of the hand that holds it. */
  let pen = /** @type {number | null} */ (null);
  /** The type of the pointer that was last pressed: in some browsers, `contextmenu` does not say it. */
  let last = "mouse";

  /** Break off the span, of which nothing stays. */
  const dropSpan = () => {
    if (start) actions.span?.(start, null, true);
    start = null;
  };

  /**
   * @param {MouseEvent} event
   * @returns {Point}
   */
  const pointOf = (event) => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  /** @param {PointerEvent} event */
  const move = (event) => {
    const to = pointOf(event);
    const from = pressed.get(event.pointerId);
    if (!from) return event.pointerType !== "touch" && actions.hover(to);
    if (isTap && start && Math.hypot(to.x - start.x, to.y - start.y) < SLACK) return;
    isTap = false;
    clearTimeout(held);
    if (pressed.size === 2) {
      const [still] = [...pressed].filter(([id]) => id !== event.pointerId).map(([, point]) => point);
      actions.pinch([still, from], [still, to]);
    } else if (actions.span && start) actions.span(start, to, false);
    else actions.drag(to.x - from.x, to.y - from.y);
    pressed.set(event.pointerId, to);
  };

  /** @param {PointerEvent} event */
  const release = (event) => {
    if (event.pointerId === pen) pen = null;
    clearTimeout(held);
    if (!pressed.delete(event.pointerId) || pressed.size) return;
    const point = pointOf(event);
    if (event.type === "pointercancel") dropSpan();
    else if (actions.span && start) actions.span(start, point, true);
    else if (isTap) actions.tap(point);
  };

  element.addEventListener("pointerdown", (event) => {
    last = event.pointerType;
    const isPen = event.pointerType === "pen";
    if (isPen) {
      if (pressed.size) dropSpan();
      pressed.clear(); // the palm may have come first
      pen = event.pointerId;
    }
    const isMain = event.button <= BUTTON.middle || event.button === BUTTON.eraser;
    if (!isMain || pressed.size === 2 || (pen !== null && !isPen)) return;
    element.setPointerCapture(event.pointerId);
    const point = pointOf(event);
    isTap = pressed.size === 0 && event.button !== BUTTON.middle;
    if (pressed.size)
      dropSpan(); // the finger that remains after the pinch begins none
    else start = point;
    pressed.set(event.pointerId, point);
    clearTimeout(held);
    if (isTap && !actions.span && event.pointerType !== "mouse") {
      held = setTimeout(() => {
        isTap = false;
        actions.hold(point);
      }, HOLD_MS);
    }
  });
  element.addEventListener("contextmenu", (event) => {
    event.preventDefault();
    const { pointerType = last } = /** @type {PointerEvent} */ (event);
    // the button of a pen; a long press, which may open the menu as well, still touches the glass
    if (pointerType === "mouse" || (pointerType === "pen" && !pressed.size)) actions.hold(pointOf(event));
  });
  element.addEventListener("touchmove", preventFling);
  element.addEventListener("pointermove", move);
  element.addEventListener("pointerup", release);
  element.addEventListener("pointercancel", release);
  element.addEventListener("pointerleave", () => actions.hover(null));
  element.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const { right, down } = turnOf(event);
      if (right) actions.scroll(right);
      else actions.wheel(pointOf(event), event.ctrlKey ? down * TRACKPAD_PINCH : down);
    },
    { passive: false },
  );
}
