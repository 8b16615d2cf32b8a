/** What the command line needs of the batch's rules. */
export {
  archiveModes,
  batchFormats,
  batchSettings,
  checkBatchFile,
  type BatchFormat,
  type BatchGiven,
  type BatchSettings,
} from "../batch/settings.ts";
