export {
  createCheckpoints,
  deleteCheckpoints,
  type CheckpointOptions,
  type Checkpoints,
  type UndoResult,
} from "./checkpoint/checkpoints.ts";
export type { ChangedFile, CheckpointEntry } from "./checkpoint/schema.ts";
