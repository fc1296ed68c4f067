/** A PIN that is among the first that anybody tries: one digit again and again, a row, a short piece repeated, or a date. */
export function isObviousPin(pin: string): boolean {
  const digits = Array.from(pin.normalize("NFKC"));
  const steps = digits.slice(1).map((digit, at) => (Number(digit) - Number(digits[at]) + 10) % 10);
  if (steps.every((step) => step === steps[0]) && [0, 1, 9].includes(steps[0] ?? 0)) return true;
  for (let unit = 2; unit <= digits.length / 2; unit++)
    if (digits.every((digit, at) => digit === digits[at % unit])) return true;
  return isDate(pin);
}

/** Day, month and year in any order, with two digits or four for the year. */
function isDate(pin: string): boolean {
  const day = "(0[1-9]|[12]\\d|3[01])";
  const month = "(0[1-9]|1[0-2])";
  const year = pin.length === 8 ? "(19|20)\\d\\d" : "\\d\\d";
  return [day + month + year, month + day + year, year + month + day].some((form) =>
    new RegExp(`^${form}$`).test(pin),
  );
}
