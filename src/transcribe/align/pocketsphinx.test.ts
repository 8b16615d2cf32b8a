import { createSandbox } from "../../sandbox/create.ts";
import { describeAligner } from "./aligner.contract.ts";
import { createPocketsphinxAligner } from "./pocketsphinx.ts";

describeAligner("by pocketsphinx", async () => createPocketsphinxAligner(await createSandbox()));
