/** Staff pages: everything works without this script; it saves keystrokes, warns and swaps. */
import "htmx.org";
import { tableSwitch } from "./staff/charts";
import { confirmFirst, focusErrorSummary, submitOnChange, warnWhenDirty } from "./staff/forms";
import { gridKeys } from "./staff/grid";
import { pollProgress } from "./staff/poll";
import { themeMenu } from "./staff/theme";
import { toast } from "./staff/toast";

function each<T extends HTMLElement>(root: ParentNode, selector: string, bind: (element: T) => void): void {
  for (const element of root.querySelectorAll<T>(selector)) {
    const name = `bound${selector.replace(/[^a-z]/g, "")}`;
    if (element.dataset[name]) continue;
    element.dataset[name] = "";
    bind(element);
  }
}

function copyOnClick(button: HTMLElement): void {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const target = document.querySelector(button.dataset.copy ?? "");
    const text =
      target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement
        ? target.value
        : target?.textContent;
    await navigator.clipboard.writeText(text?.trim() ?? "");
    toast("Copied");
  });
}

function openDialog(button: HTMLElement): void {
  button.addEventListener("click", () => {
    const dialog = document.getElementById(button.dataset.dialog ?? "");
    if (dialog instanceof HTMLDialogElement) dialog.showModal();
  });
}

function closeDialog(button: HTMLElement): void {
  button.addEventListener("click", () => button.closest("dialog")?.close());
}

function bind(root: ParentNode): void {
  each<HTMLTableElement>(root, "[data-grid]", gridKeys);
  each(root, "[data-chart]", tableSwitch);
  each(root, "[data-copy]", copyOnClick);
  each(root, "[data-dialog]", openDialog);
  each(root, "[data-close-dialog]", closeDialog);
  each(root, "[data-poll]", pollProgress);
  each(root, "[data-theme-menu]", themeMenu);
  each(root, "[data-error-summary]", focusErrorSummary);
  each<HTMLFormElement>(root, "form[data-confirm]", confirmFirst);
  each<HTMLFormElement>(root, "form[data-dirty]", warnWhenDirty);
  each<HTMLFormElement>(root, "form[data-auto-submit]", submitOnChange);
}

interface SwapContext {
  request?: { headers?: Record<string, string> };
  response?: { status?: number };
}

const csrf = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";

/** The part of htmx's request context that is used here. */
function contextOf(event: Event): SwapContext {
  return (event as CustomEvent<{ ctx: SwapContext }>).detail.ctx;
}

document.addEventListener("htmx:config:request", (event) => {
  const headers = contextOf(event).request?.headers;
  if (headers) headers["X-CSRF-Token"] = csrf;
});

const TROUBLE: Record<number, string> = {
  401: "Your session has ended. Sign in again; nothing on this page is lost until you leave it.",
  403: "You may look at this but not change it.",
  404: "This is no longer here. Load the page again.",
};

document.addEventListener("htmx:response:error", (event) => {
  const status = contextOf(event).response?.status ?? 0;
  if (status !== 422)
    toast(TROUBLE[status] ?? "That did not work. Try again in a moment; nothing was changed.");
});

document.addEventListener("htmx:error", () =>
  toast("The server cannot be reached. Try again when the connection is back."),
);

document.addEventListener("htmx:after:swap", () => bind(document));

bind(document);
