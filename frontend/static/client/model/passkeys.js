/** Passkeys: from the server's JSON to what a browser takes, and back; only newer ones do so themselves. */

/** @typedef {Record<string, any>} Json as WebAuthn defines it */

/** @typedef {"unmade" | "unused" | "known" | "unusable"} Refusal */

/** Why a browser made or used no passkey. */
export class PasskeyRefused extends Error {
  /** @param {Refusal} reason */
  constructor(reason) {
    super(`passkey ${reason}`);
    this.reason = reason;
  }
}

/** Whether this page can use passkeys: with HTTPS or on localhost, and by a host name. */
export function hasPasskeys() {
  const isAddress = /^[\d.]+$|^\[/.test(location.hostname);
  return isSecureContext && !isAddress && "PublicKeyCredential" in globalThis;
}

/**
 * Make a passkey. Throws PasskeyRefused `unmade` if its owner cancels or the device does not verify them,
 * `known` if the device has one already, `unusable` if it cannot make any for this page.
 * @param {Json} options
 * @returns {Promise<Json>}
 */
export async function createPasskey(options) {
  const { challenge, user, excludeCredentials = [], ...others } = options;
  /** @type {any} */
  const publicKey = {
    ...others,
    challenge: decode(challenge),
    user: { ...user, id: decode(user.id) },
    excludeCredentials: decodeIds(excludeCredentials),
  };
  const made = await perform(navigator.credentials.create({ publicKey }), "unmade");
  const { clientDataJSON, attestationObject } = /** @type {AuthenticatorAttestationResponse} */ (
    made.response
  );
  return describe(made, {
    clientDataJSON: encode(clientDataJSON),
    attestationObject: encode(attestationObject),
  });
}

/**
 * Use a passkey. Throws PasskeyRefused `unused` if its owner cancels, the device has none for this site or
 * does not verify its owner, `unusable` if it cannot use any on this page.
 * @param {Json} options
 * @returns {Promise<Json>}
 */
export async function usePasskey(options) {
  const { challenge, allowCredentials = [], ...others } = options;
  /** @type {any} */
  const publicKey = {
    ...others,
    challenge: decode(challenge),
    allowCredentials: decodeIds(allowCredentials),
  };
  const used = await perform(navigator.credentials.get({ publicKey }), "unused");
  const response = /** @type {AuthenticatorAssertionResponse} */ (used.response);
  return describe(used, {
    clientDataJSON: encode(response.clientDataJSON),
    authenticatorData: encode(response.authenticatorData),
    signature: encode(response.signature),
  });
}

/**
 * Wait for the device. A browser says of most refusals only that there was one, so that no site learns which
 * passkeys a device has (https://www.w3.org/TR/webauthn-3/#sctn-assertion-privacy).
 * @param {Promise<Credential | null>} ceremony
 * @param {Refusal} refusal
 * @returns {Promise<PublicKeyCredential>}
 */
async function perform(ceremony, refusal) {
  try {
    return /** @type {PublicKeyCredential} */ (await ceremony);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    if (["NotAllowedError", "AbortError"].includes(error.name)) throw new PasskeyRefused(refusal);
    throw new PasskeyRefused(error.name === "InvalidStateError" ? "known" : "unusable");
  }
}

/**
 * @param {PublicKeyCredential} credential
 * @param {Json} response
 */
function describe({ id, rawId, type }, response) {
  return { id, rawId: encode(rawId), type, response };
}

/** @param {Json[]} credentials */
function decodeIds(credentials) {
  return credentials.map((credential) => ({ ...credential, id: decode(credential.id) }));
}

/** @param {string} text base64url */
function decode(text) {
  const bytes = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(bytes, (byte) => byte.charCodeAt(0));
}

/** @param {ArrayBuffer} buffer */
function encode(buffer) {
  const bytes = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
