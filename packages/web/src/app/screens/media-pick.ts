/** Lets a person choose files, in the browser's own way. */
export function pickFiles(
  wish: { accept?: string; several: boolean; camera?: boolean },
  then: (files: File[]) => void,
): void {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = wish.several;
  if (wish.accept !== undefined) input.accept = wish.accept;
  if (wish.camera === true) input.setAttribute("capture", "environment");
  input.addEventListener("change", () => {
    if (input.files !== null && input.files.length > 0) then([...input.files]);
  });
  input.click();
}
