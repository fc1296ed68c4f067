import { LIMITS } from "@baraza/protocol";
import { expect, test } from "vitest";
import { cleanText, createHeadReader } from "./page-head.ts";

/** Reads a page that comes in parts of so many bytes. */
function read(page: string | Uint8Array, charset: string | null = null, size = 100_000) {
  const bytes = typeof page === "string" ? new TextEncoder().encode(page) : page;
  const reader = createHeadReader(charset);
  let over = false;
  for (let at = 0; at < bytes.length && !over; at += size)
    over = reader.write(bytes.subarray(at, at + size));
  return { over, ...reader.end() };
}

test("what a page says for previews comes before what it says for itself, and what is empty does not count", () => {
  const page = (...lines: string[]) => `<!doctype html><html><head>${lines.join("\n")}</head>`;
  const full = [
    "<title>For the window</title>",
    '<meta name="description" content="For searches">',
    '<meta name="twitter:title" content="For one service">',
    '<META Property=" OG:Title " CONTENT="For previews">',
    '<meta property="og:description" content="About it">',
    '<meta property="og:site_name" content="The site">',
    '<meta property="og:title" content="Another one">',
  ];
  expect(read(page(...full))).toMatchObject({
    title: "For previews",
    description: "About it",
    site: "The site",
  });
  expect(read(page(...full.slice(0, 3)))).toMatchObject({
    title: "For one service",
    description: "For searches",
    site: "",
  });
  expect(read(page(...full.slice(0, 2))).title).toBe("For the window");
  const empty = [
    '<meta property="og:title" content=" &#8206;&nbsp; ">',
    '<meta property="og:title">',
    "<title> </title><title>The second</title><title>The third</title>",
  ];
  expect(read(page(...empty)).title).toBe("The second");
  expect(read(page())).toMatchObject({ title: "", description: "", site: "" });
});

test("entities are read, in text and in attributes; tags in a title are text", () => {
  const page = `<title>Tea &amp; caf&eacute; &#x1F375; &#xD800;<b>1 &lt; 2</b></title>
    <meta name=description content="&quot;Yes&quot; &hellip; a=1&copy=2">`;
  expect(read(page)).toMatchObject({
    title: "Tea & café 🍵 �<b>1 < 2</b>",
    description: '"Yes" … a=1&copy=2',
  });
});

test("only the head counts: no comment, no script, no drawing, and nothing after it", () => {
  const page = `<!-- <title>No</title> --><script>"<title>No</title>"</script>
    <svg><title>No</title></svg><noscript><img src="x"></noscript><title>Yes</title>`;
  expect(read(page).title).toBe("Yes");
  const body = '<meta property="og:title" content="No">';
  for (const end of ["</head>", "<body>", "</head><body>", '<BODY class="a">'])
    expect(read(`<head><title>Yes</title>${end}${body}`.padEnd(1024)), end).toMatchObject({
      title: "Yes",
      over: true,
    });
  expect(read(`<title>Yes</title><div>${"<i>".repeat(100_000)}`)).toMatchObject({
    title: "Yes",
    over: true,
  });
});

test("it does not matter in which parts a page comes, and one that breaks off says what it has said", () => {
  const page = `<html><head>${" ".repeat(1200)}<title>Grüße an Σωκράτης &amp; 日本 🙂</title>
    <meta property="og:site_name" content="Straße">`;
  const expected = { title: "Grüße an Σωκράτης & 日本 🙂", site: "Straße", over: false };
  for (const size of [1, 2, 3, 7, 1023, 1024, 1025]) {
    expect(read(page, null, size)).toMatchObject(expected);
    expect(read(page.trimEnd().replace(/ +/, " "), null, size)).toMatchObject(expected);
  }
  expect(read("<head><title>Half a ti").title).toBe("Half a ti");
});

test("what would take the square of its length is over at once: a page byte by byte, a row of marks without end", () => {
  const reader = createHeadReader(null);
  const amp = Buffer.from("&");
  reader.write(Buffer.from("<title>Endless</title>"));
  for (let i = 0; i < 1_000_000; i++) reader.write(amp);
  expect(reader.end().title).toBe("Endless");
  expect(cleanText(`a${"\u0301\u0316".repeat(500_000)}`, 20)).toBe(`\u00E1${"\u0316".repeat(18)}…`);
});

/** "Привет" and "日本" as their encodings write them. */
const PRIVET = Buffer.from("cff0e8e2e5f2", "hex");
const NIHON = Buffer.from("93fa967b", "hex");
const titled = (title: Uint8Array, before = "") =>
  Buffer.concat([Buffer.from(`${before}<title>`), title, Buffer.from("</title>")]);

test("characters are read by the mark at the beginning, then by the header, then by the page, else as UTF-8", () => {
  expect(read(titled(PRIVET), "windows-1251").title).toBe("Привет");
  expect(read(titled(PRIVET, '<meta charset="shift_jis">'), " Windows-1251 ").title).toBe("Привет");
  expect(read(titled(NIHON, '<meta charset="shift_jis">')).title).toBe("日本");
  const type = '<meta http-equiv="Content-Type" content="text/html; charset=Shift_JIS">';
  expect(read(titled(NIHON, type)).title).toBe("日本");
  expect(read(titled(NIHON, `<!-- <meta charset="utf-8"> -->${type}`)).title).toBe("日本");
  const marked = Buffer.concat([Buffer.from("efbbbf", "hex"), titled(Buffer.from("été"))]);
  expect(read(marked, "windows-1251").title).toBe("été");
  const pairs = Buffer.from("\uFEFF<title>été</title>", "utf16le");
  expect(read(pairs, "utf-8").title).toBe("été");
  expect(read(Buffer.from(pairs).swap16()).title).toBe("été");
  expect(read("<title>été</title>").title).toBe("été");
  expect(read("<title>été</title>", "no-such-thing").title).toBe("été");
  expect(read('<meta charset="utf-16"><title>été</title>').title).toBe("été");
  // Too late to count.
  expect(read(titled(NIHON, `${" ".repeat(1024)}${type}`)).title).toBe("���{");
});

test("bytes that are no characters are replaced, and refuse nothing", () => {
  expect(read(titled(Buffer.from("61ff62c3", "hex"))).title).toBe("a�b�");
});

test("a text is one line in its normal form, without what cannot be seen or turns the order around", () => {
  const clean = (text: string) => cleanText(text, 20);
  expect(clean(" \n a\t\u00A0 b\u2028c ")).toBe("a b c");
  expect(clean("a\u0000b\u0007c\u0085d\u009Fe")).toBe("abcde");
  expect(clean("\u202Eab\u2066c\u2069 \u200F\u061C d\u200E\u202C")).toBe("abc d");
  expect(clean("a\uD800b\uDC00c🙂")).toBe("abc🙂");
  expect(clean("e\u0301")).toBe("\u00E9");
  // Joiners are part of how a language, or a family, is written.
  expect(clean("می\u200Cخواهم 👩\u200D👧")).toBe("می\u200Cخواهم 👩\u200D👧");
  for (const nothing of ["", " \n", "\u200B\u200D", "\u202E", "\u0301"])
    expect(clean(nothing)).toBe("");
});

test("a long text is cut between characters, and says so", () => {
  const clean = (text: string) => cleanText(text, 20);
  expect(clean("x".repeat(20))).toBe("x".repeat(20));
  expect(clean("x".repeat(21))).toBe(`${"x".repeat(19)}…`);
  expect(clean(`${"x".repeat(18)}🙂🙂`)).toBe(`${"x".repeat(18)}…`);
  expect(clean(`${"x".repeat(18)} xyz`)).toBe(`${"x".repeat(18)}…`);
  // Four that become one.
  const four = "\u03B1\u0313\u0300\u0345";
  expect(clean(four.repeat(20))).toBe("\u1F82".repeat(20));
  expect(clean(four.repeat(21))).toBe(`${"\u1F82".repeat(19)}…`);
  // One that becomes three.
  expect(clean("\u{1D160}".repeat(10))).toHaveLength(19);

  const title = `a\u202E${"\u0316\u0301".repeat(50_000)}`;
  const page = `<title>${title}</title><meta name="description" content="${title}">
    <meta property="og:site_name" content="${title}">`;
  const read100 = read(page);
  for (const [text, max] of [
    [read100.title, LIMITS.pageTitle],
    [read100.description, LIMITS.pageDescription],
    [read100.site, LIMITS.pageSite],
  ] as const) {
    expect(text).toHaveLength(max);
    expect(text).toMatch(/^\u00E1\u0316[\u0316\u0301]+…$/);
    expect(text.normalize("NFC")).toBe(text);
  }
});
