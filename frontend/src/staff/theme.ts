/** Light, dark or as the machine says; the server reads the cookie, so the first paint is right. */
const YEAR = 31_536_000;

export function themeMenu(menu: HTMLElement): void {
  const root = document.documentElement;
  const choices = [...menu.querySelectorAll<HTMLElement>("[data-theme-choice]")];
  const mark = () => {
    const now = root.dataset.theme ?? "auto";
    for (const choice of choices)
      choice.setAttribute("aria-pressed", String(choice.dataset.themeChoice === now));
  };
  for (const choice of choices) {
    choice.addEventListener("click", () => {
      const theme = choice.dataset.themeChoice ?? "auto";
      if (theme === "auto") delete root.dataset.theme;
      else root.dataset.theme = theme;
      // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser yet
      document.cookie = `theme=${theme}; path=/; max-age=${theme === "auto" ? 0 : YEAR}; samesite=lax`;
      mark();
    });
  }
  menu.hidden = false;
  mark();
}
