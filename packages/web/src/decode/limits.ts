/** How much a file may cost whoever looks at it. What is larger is shown in part, or said to be too large. */
export const limits = {
  /** The longer side of a thumbnail, in pixels, and its weight, in bytes. */
  thumbnailEdge: 320,
  thumbnailBytes: 32 * 1024,
  /** A picture with more pixels is not decoded: four bytes each. */
  pixels: 100_000_000,
  /** What may be read whole into memory, of a file that is not on this device, in bytes. */
  wholeBytes: 64 * 1024 * 1024,
  /** Text for search, and text on a screen, in characters. */
  textChars: 500_000,
  shownChars: 500_000,
  /** What is read of a text file for either, in bytes. */
  textBytes: 2 * 1024 * 1024,
  /** A zip's directory in bytes and entries, and what one entry and all of them may unfold to, in bytes. */
  zipDirectory: 8 * 1024 * 1024,
  zipEntries: 20_000,
  zipEntry: 48 * 1024 * 1024,
  zipTotal: 96 * 1024 * 1024,
  /** Elements within elements, and elements in all. */
  xmlDepth: 256,
  xmlElements: 3_000_000,
  /** Blocks of a readable text, and rows and columns of a sheet. */
  blocks: 20_000,
  nesting: 16,
  sheets: 50,
  rows: 2_000,
  columns: 100,
  /** Pages of a PDF: those that can be looked at, and those that are read for search. */
  pages: 10_000,
  pagesRead: 500,
  /** The most pixels of a drawn page. */
  pagePixels: 8_000_000,
  /** How long the worker may take, in milliseconds. */
  describeMs: 30_000,
  drawMs: 20_000,
} as const;
