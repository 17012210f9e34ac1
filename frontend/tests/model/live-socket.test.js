import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

const BINARY = "tessera.v2.binary";
const JSON_ONLY = "tessera.v1.json";

/** The server's side of a socket: what was offered and sent, and what the test answers. */
class Wire {
  static CONNECTING = 0;
  static OPEN = 1;
  static CLOSING = 2;
  /** @type {Wire[]} */
  static opened = [];
  readyState = Wire.CONNECTING;
  protocol = "";
  /** @type {(string | Uint8Array)[]} */
  sent = [];
  /** @type {((event: any) => void) | null} */
  onopen = null;
  /** @type {((event: any) => void) | null} */
  onmessage = null;

  /**
   * @param {URL} _url
   * @param {string[]} offered
   */
  constructor(_url, offered) {
    this.offered = offered;
    Wire.opened.push(this);
  }

  /** @param {string} protocol */
  accept(protocol) {
    this.protocol = protocol;
    this.readyState = Wire.OPEN;
    this.onopen?.({});
  }

  /** @param {string | Uint8Array} data */
  deliver(data) {
    this.onmessage?.({ data: typeof data === "string" ? data : data.buffer });
  }

  /** @param {string | Uint8Array} data */
  send(data) {
    this.sent.push(data);
  }

  close() {}
}

const RealSocket = globalThis.WebSocket;
afterEach(() => {
  globalThis.WebSocket = RealSocket;
  Wire.opened = [];
});

/** A page of its own, as which subprotocols fail is known per page. */
async function newPage() {
  globalThis.WebSocket = /** @type {any} */ (Wire);
  const { LiveSocket, offerLess } = await import(
    `../../static/client/model/live-socket.js?page=${Math.random()}`
  );
  /** @type {any[]} */
  const received = [];
  /** @type {any[]} */
  const closed = [];
  const connect = () => {
    const socket = new LiveSocket(new URL("ws://tessera.example"), {
      receive: (/** @type {any} */ message) => received.push(message),
      closed: (/** @type {any} */ how) => closed.push(how),
    });
    return { socket, wire: /** @type {Wire} */ (Wire.opened.at(-1)) };
  };
  return { connect, offerLess, received, closed };
}

test("the binary subprotocol is offered first", async () => {
  const { connect } = await newPage();
  assert.deepEqual(connect().wire.offered, [BINARY, JSON_ONLY]);
});

test("strokes are sent in the subprotocol that the server chose", async () => {
  const { connect } = await newPage();
  for (const [protocol, expected] of /** @type {const} */ ([
    [BINARY, Uint8Array.of(1, 4, 7, 3, 2, 9)],
    [JSON_ONLY, '{"type":"paint","ref":4,"tile_id":7,"pixels":[[9,2]]}'],
  ])) {
    const { socket, wire } = connect();
    wire.accept(protocol);
    socket.paint(4, 7, [[9, 2]]);
    assert.deepEqual(wire.sent, [expected]);
  }
});

test("nothing is sent to a socket that is closing, about which browsers would complain", async () => {
  const { connect } = await newPage();
  const { socket, wire } = connect();
  wire.accept(BINARY);
  wire.readyState = Wire.CLOSING;
  socket.send({ type: "ping" });
  socket.paint(4, 7, [[9, 2]]);
  assert.deepEqual(wire.sent, []);
});

test("messages have one form in every subprotocol", async () => {
  const { connect, received } = await newPage();
  const { wire } = connect();
  wire.accept(BINARY);
  wire.deliver('{"type":"pong"}');
  wire.deliver(Uint8Array.of(2, 4, 8, 2, 5, 9, 3));
  assert.deepEqual(received, [
    { type: "pong" },
    { type: "ack", ref: 4, seq: 8, version: 2 },
    { type: "ack", ref: 5, seq: 9, version: 3 },
  ]);
});

test("after a malformed binary message the socket is replaced by one without them", async () => {
  const { connect, closed, received } = await newPage();
  const { wire } = connect();
  wire.accept(BINARY);
  wire.deliver(Uint8Array.of(1, 255));
  wire.deliver('{"type":"pong"}');
  assert.deepEqual([closed.length, received], [1, []]);
  const { wire: second } = connect();
  second.accept(JSON_ONLY);
  assert.deepEqual([second.offered, connect().wire.offered], [[JSON_ONLY], [JSON_ONLY]]);
});

test("where no socket opens a plainer one is tried, and the best again after one that opened", async () => {
  const { connect, offerLess } = await newPage();
  const offers = [];
  for (let attempt = 0; attempt < 4; attempt++) {
    offers.push(connect().wire.offered);
    offerLess();
  }
  assert.deepEqual(offers, [[BINARY, JSON_ONLY], [JSON_ONLY], [], []]);
  connect().wire.accept("");
  assert.deepEqual(connect().wire.offered, [BINARY, JSON_ONLY]);
});
