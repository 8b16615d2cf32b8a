import { render } from "preact";
import { App } from "./app.tsx";
import { followLinks } from "./route.ts";
import { whoAmI } from "./server.ts";
import { loadLanguage } from "./words.ts";
import "./style.css";

followLinks();
const theme = localStorage.getItem("theme");
if (theme !== null) document.documentElement.dataset["theme"] = theme;
await Promise.all([
  loadLanguage().catch(() => {}), // it is English then
  location.pathname === "/shared" ? undefined : whoAmI(),
]);
const root = document.querySelector("#page");
if (root !== null) render(<App />, root);
