/**
 * One WebSocket of the live feed, in the subprotocol that the server chose. Its messages have the form of
 * tessera.v1.json in any case.
 */

import { address } from "../base.js";
import { decodeMessages, encodePaint } from "./binary.js";

const BINARY = "tessera.v2.binary";
const JSON_ONLY = "tessera.v1.json";

/** What to offer, the best first; plainer ones are for proxies that do not let the better ones pass. */
const OFFERS = [[BINARY, JSON_ONLY], [JSON_ONLY], []];

/** Index of the offer of the next socket on this page. */
let next = 0;

/** Index of the best offer that is not known to fail. */
let best = 0;

/** Offer less next time: the server is there, and yet no socket to it opens. */
export function offerLess() {
  next = Math.min(next + 1, OFFERS.length - 1);
}

/**
 * Return the address of a canvas's live feed.
 * @param {number} canvasId
 * @param {number} since number of the last change that is shown
 */
export function addressOf(canvasId, since) {
  const url = new URL(address(`/api/v1/ws/canvas/${canvasId}`), location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  url.searchParams.set("since", String(since));
  return url;
}

export class LiveSocket {
  /** @type {WebSocket} */
  #socket;

  /**
   * @param {URL} url
   * @param {{receive: (message: any) => void,
   *   closed: (how: {code: number, reason: string, wasOpen: boolean}) => void}} listener `closed` is called
   *   unless the socket is dropped
   */
  constructor(url, listener) {
    this.listener = listener;
    const socket = new WebSocket(url, OFFERS[next]);
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    let wasOpen = false;
    socket.onopen = () => {
      wasOpen = true;
      next = best;
    };
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = ({ code, reason }) => listener.closed({ code, reason, wasOpen });
  }

  get isOpen() {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** @param {object} message */
  send(message) {
    this.#transmit(JSON.stringify(message));
  }

  /**
   * Send a stroke.
   * @param {number} ref
   * @param {number} tileId
   * @param {[offset: number, colour: number][]} pixels
   */
  paint(ref, tileId, pixels) {
    if (this.#socket.protocol === BINARY) this.#transmit(encodePaint(ref, tileId, pixels));
    else this.send({ type: "paint", ref, tile_id: tileId, pixels });
  }

  /** @param {string | Uint8Array<ArrayBuffer>} data lost if the socket is closing: `closed` is called soon */
  #transmit(data) {
    if (this.isOpen) this.#socket.send(data); // browsers log an error otherwise
  }

  /** Stop listening, and close without waiting for the closing handshake. */
  drop() {
    const socket = this.#socket;
    socket.onopen = socket.onmessage = socket.onclose = null;
    // browsers log an error for a socket that is closed before it is open
    if (socket.readyState === WebSocket.CONNECTING) socket.onopen = () => socket.close();
    else socket.close();
  }

  /** @param {string | ArrayBuffer} data */
  #receive(data) {
    for (const message of this.#messagesOf(data)) this.listener.receive(message);
  }

  /**
   * @param {string | ArrayBuffer} data
   * @returns {object[]}
   */
  #messagesOf(data) {
    try {
      return typeof data === "string" ? [JSON.parse(data)] : decodeMessages(data);
    } catch {
      if (typeof data !== "string") next = best = OFFERS.findIndex((offer) => !offer.includes(BINARY));
      this.drop();
      this.listener.closed({ code: 1006, reason: "", wasOpen: true });
      return [];
    }
  }
}
