/**
 * Let the browser save a file.
 * @param {BlobPart} content
 * @param {string} type media type
 * @param {string} name
 */
export function saveFile(content, type, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
