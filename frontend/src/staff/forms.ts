/** Forms of staff pages: ask before what cannot be undone, warn before changes are lost, apply filters at once. */

let asked: HTMLDialogElement | undefined;

function button(text: string, kind: string, press: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = `button ${kind}`;
  made.textContent = text;
  made.addEventListener("click", press);
  return made;
}

/** Says what will be lost and goes on only when the person says so. */
export function confirmFirst(form: HTMLFormElement): void {
  form.addEventListener("submit", (event) => {
    if (form.dataset.confirmed === "yes") return;
    event.preventDefault();
    const submitter = (event as SubmitEvent).submitter;
    const dialog = document.createElement("dialog");
    dialog.className = "dialog";
    const words = document.createElement("p");
    words.id = "confirm-words";
    words.textContent = form.dataset.confirm ?? "";
    dialog.setAttribute("aria-labelledby", words.id);
    const actions = document.createElement("div");
    actions.className = "dialog-actions";
    const goOn = () => {
      form.dataset.confirmed = "yes";
      dialog.close();
      form.requestSubmit(submitter);
    };
    const name = submitter?.textContent?.trim().replace(/…$/, "") || "Go on";
    actions.append(
      button(name, "button-danger", goOn),
      button("Cancel", "", () => dialog.close()),
    );
    dialog.append(words, actions);
    dialog.addEventListener("close", () => dialog.remove());
    asked?.remove();
    asked = dialog;
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Warns when the page is left with changes that nobody saved. */
export function warnWhenDirty(form: HTMLFormElement): void {
  let dirty = false;
  form.addEventListener("input", () => {
    dirty = true;
  });
  form.addEventListener("submit", () => {
    dirty = false;
  });
  addEventListener("beforeunload", (event) => {
    if (dirty && form.isConnected) event.preventDefault();
  });
}

/** A filter applies itself; parameters that are empty stay out of the address. */
export function submitOnChange(form: HTMLFormElement): void {
  form.addEventListener("change", () => form.requestSubmit());
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  });
}

export function focusErrorSummary(summary: HTMLElement): void {
  summary.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    const field = link ? document.getElementById(decodeURIComponent(link.hash.slice(1))) : null;
    if (!field) return;
    event.preventDefault();
    field.scrollIntoView({ block: "center" });
    field.focus({ preventScroll: true });
  });
  if (!document.title.startsWith("Error: ")) document.title = `Error: ${document.title}`;
  summary.focus();
}
