"""Files that are dragged onto a page."""

from __future__ import annotations

from playwright.async_api import FilePayload, Locator

_DROP = """(target, { name, mimeType, bytes }) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([Uint8Array.from(bytes)], name, { type: mimeType }));
  const drag = { dataTransfer, bubbles: true, composed: true, cancelable: true };
  return ["dragover", "drop"].some((type) => target.dispatchEvent(new DragEvent(type, drag)));
}"""


async def drop(target: Locator, file: FilePayload) -> bool:
    """Drag a file there and drop it; returns whether the browser would leave the page for it."""
    dropped = {"name": file["name"], "mimeType": file["mimeType"], "bytes": list(file["buffer"])}
    return bool(await target.evaluate(_DROP, dropped))
