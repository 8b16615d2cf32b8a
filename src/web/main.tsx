import { render } from "preact";
import { App } from "./app.tsx";
import { followLinks } from "./route.ts";
import { whoAmI } from "./server.ts";
import "./style.css";

followLinks();
const theme = localStorage.getItem("theme");
if (theme !== null) document.documentElement.dataset["theme"] = theme;
if (location.pathname !== "/shared") await whoAmI();
const root = document.querySelector("#page");
if (root !== null) render(<App />, root);
