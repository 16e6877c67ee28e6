/** Calls of one answer that are run; the others are answered as not run. */
export const maxCallsAnswer = 64;

/** Calls of one prompt, after which a person is asked. */
export const maxCallsRun = 500;

/** Characters of one answer's text and thoughts. */
export const maxAnswerLength = 8 * 1024 * 1024;

/** Characters of the arguments of one answer's calls, each call for itself. */
export const maxArgumentsLength = 4 * 1024 * 1024;
