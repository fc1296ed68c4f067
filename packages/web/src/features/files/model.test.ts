import { expect, test } from "vitest";
import { endingOf, lengthOf, safeName, shownAs } from "./model.ts";

test("characters that mislead are marked, scripts and joiners stay", () => {
  expect(safeName("photo\u202Egpj.exe")).toBe("photo\uFFFDgpj.exe");
  expect(safeName("a\u0000b\nc\u200Bd\u2066e")).toBe("a\uFFFDb\uFFFDc\uFFFDd\uFFFDe");
  expect(safeName("تقرير ২০২৬ नमस्\u200Dते.pdf")).toBe("تقرير ২০২৬ नमस्\u200Dते.pdf");
});

test("lengths of time read as clocks do", () => {
  expect(lengthOf(4_000)).toBe("0:04");
  expect(lengthOf(245_400)).toBe("4:05");
  expect(lengthOf(3_723_000)).toBe("1:02:03");
});

test("an ending is what stands behind the last dot, not a whole name", () => {
  expect(endingOf("report.final.pdf")).toEqual({ stem: "report.final", ending: ".pdf" });
  expect(endingOf(".profile")).toEqual({ stem: ".profile", ending: "" });
  expect(endingOf("no ending")).toEqual({ stem: "no ending", ending: "" });
});

test("each kind of file has its way of being shown; what could run is words", () => {
  expect(shownAs("image/jpeg")).toBe("picture");
  expect(shownAs("image/svg+xml")).toBe("words");
  expect(shownAs("text/html")).toBe("words");
  expect(shownAs("application/pdf")).toBe("pdf");
  expect(shownAs("video/mp4")).toBe("video");
  expect(shownAs("audio/ogg")).toBe("audio");
  expect(shownAs("application/vnd.oasis.opendocument.spreadsheet")).toBe("words");
  expect(shownAs("application/zip")).toBe("none");
  expect(shownAs("application/x-msdownload")).toBe("none");
});
