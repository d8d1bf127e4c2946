// Dark is a control room's light; light is for the office.

type Theme = "dark" | "light";

const kept: Theme = localStorage.getItem("veedor.theme") === "light" ? "light" : "dark";
let theme = $state<Theme>(kept);
document.documentElement.dataset.theme = kept;

export const look = {
  get theme(): Theme {
    return theme;
  },
  toggle(): void {
    theme = theme === "dark" ? "light" : "dark";
    localStorage.setItem("veedor.theme", theme);
    document.documentElement.dataset.theme = theme;
  },
};
