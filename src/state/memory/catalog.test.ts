import { catalogContract } from "../../catalog/catalog.contract.ts";
import { runEnded } from "../../pipeline.ts";
import { createMemoryCatalog } from "./catalog.fixture.ts";

catalogContract("in memory, without SQL", async () => createMemoryCatalog({ whenEnded: runEnded }));
