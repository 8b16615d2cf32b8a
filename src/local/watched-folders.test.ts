import { resolve } from "node:path";
import { expect, it } from "vitest";
import { watchedFolders } from "./watched-folders.ts";

it("gives each watched folder names of its own", () => {
  expect(watchedFolders(["/a"])).toEqual([{ dir: "/a" }]);
  expect(watchedFolders(["/a", "cam 1=/b", "cam2=/c=d"])).toEqual([
    { dir: "/a" },
    { dir: "/b", prefix: "cam 1/" },
    { dir: "/c=d", prefix: "cam2/" },
  ]);
  expect(watchedFolders(["./x=y"])).toEqual([{ dir: resolve("x=y") }]);
});

it.each([
  [
    ["/a", "/b"],
    /^--watch \/b: its files would get the same names as those in \/a: give NAME=DIR$/,
  ],
  [["n=/a", "n=/b"], /same names/],
  [["/a", "n=/a/b"], /lies in/],
  [["n=/a/b", "/a"], /lies in/],
  [["..=/a"], /cannot begin a name/],
])("refuses %j", (given, why) => expect(() => watchedFolders(given)).toThrow(why));
