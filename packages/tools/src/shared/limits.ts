/** The most lines of text that one result shows. */
export const MAX_LINES = 2000;

/** The most bytes of text that one result shows. */
export const MAX_BYTES = 51_200;

/** The largest text file that is held in memory as a whole (to edit it), in bytes. */
export const MAX_TEXT_FILE_BYTES = 10 * 1024 * 1024;

/** The largest image that is handed to the model, in bytes. */
export const MAX_IMAGE_BYTES = 20 * 1024 * 1024;
