import type { Context } from "./context.ts";
import { exitCodes } from "./failure.ts";
import { formatMoment } from "./format.ts";
import { table } from "./table.ts";

/** A user as --json prints it. */
export interface UserJson {
  readonly id: string;
  /** Absent for `local`, which always exists. */
  readonly createdAt?: string;
}

const userJson = ({ id, createdAt }: { id: string; createdAt: number }): UserJson => ({
  id,
  ...(createdAt > 0 && { createdAt: new Date(createdAt).toISOString() }),
});

/** `dailies users add` */
export async function addUser({ output, withDailies }: Context, id: string): Promise<number> {
  const user = await withDailies(({ access }) => access.addUser(id), { create: true });
  if (output.mode === "human")
    output.lines([`Added ${user.id}; \`dailies keys create NAME --user ${user.id}\` makes a key.`]);
  else output.document(userJson(user));
  return exitCodes.done;
}

/** `dailies users ls`; `{"users": UserJson[]}` with --json. */
export async function listUsers({ output, withDailies }: Context): Promise<number> {
  const users = await withDailies(async ({ access }) => access.listUsers());
  if (output.mode !== "human") output.list("users", users.map(userJson));
  else {
    const rows = users.map(({ id, createdAt }) => [
      id,
      createdAt > 0 ? formatMoment(createdAt) : "",
    ]);
    const { style, columns } = output.results;
    output.lines(
      table([{ title: "USER" }, { title: "SINCE" }], rows, { style, available: columns() }),
    );
  }
  return exitCodes.done;
}

/** `dailies users rm`: revokes the user's keys; the id is never used again. */
export async function removeUser({ output, withDailies }: Context, id: string): Promise<number> {
  await withDailies(({ access }) => access.removeUser(id));
  if (output.mode === "human") output.lines([`Removed ${id}, their keys and subscriptions.`]);
  else output.document({ removed: id });
  return exitCodes.done;
}
