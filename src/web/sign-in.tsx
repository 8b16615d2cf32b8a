import { useState } from "preact/hooks";
import { change, Refusal, whoAmI } from "./server.ts";
import { say } from "./words.ts";

export function SignIn() {
  const [wrong, setWrong] = useState("");
  const signIn = async (event: Event): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const { value } = form.elements.namedItem("token") as HTMLInputElement;
    try {
      await change("POST", "/v1/session", { token: value });
      await whoAmI();
    } catch (error) {
      setWrong(error instanceof Refusal ? error.problem.detail : String(error));
    }
  };
  return (
    <main class="sign-in">
      <h1>Dailies</h1>
      <p>{say("signInWhy")}</p>
      <form onSubmit={(event) => void signIn(event)}>
        <label for="token">{say("accessKey")}</label>
        <input
          id="token"
          name="token"
          type="password"
          required
          autocomplete="current-password"
          aria-describedby="wrong"
          aria-invalid={wrong !== ""}
        />
        <p id="wrong" class="wrong" role="alert">
          {wrong}
        </p>
        <button class="main">{say("signIn")}</button>
      </form>
      <p class="quiet">{say("signInLocal")}</p>
    </main>
  );
}
