import { say } from "./words.ts";

/** What an address shows that nothing is at. */
export function NotThere() {
  return (
    <section class="empty">
      <h1>{say("notThere")}</h1>
      <p>{say("notThereWhy")}</p>
      <a class="button" href="/">
        {say("backToLibrary")}
      </a>
    </section>
  );
}
