/** Said once, at the start of a conversation. */
export const INTRODUCTION = "I am the built-in demo of zotpilot, a few fixed rules and not an AI.";

/** What a person can try. */
export const ABILITIES = `- list: "list the files here", "list the files in src"
- read: "read README.md", "read package.json and tell me its name"
- search: "search for createServer"
- edit: "in notes.txt, replace one with two"
- write: "create notes.txt with hello"
- run: "run ls -la"
- speak slowly, so that you can stop me: "count slowly to 50", "tell me a long story"

They can be joined with "then".`;

/** Something to interrupt: about 170 words. */
export const STORY = `This is a long and slow answer, made so that you can try to stop it.

Once there was a terminal in which nothing ever happened in a hurry. Letters came in one by one, as people come to a small railway station in the morning, and each of them waited on the platform until there was room on the line. Nobody pushed. When a line was full, a new one began underneath, and the old one moved up to make room, a little sad to leave, a little proud to have been read.

One day a key was pressed. It was not a large key, and it stood far up in the left corner, where hardly anybody ever went. But the letters felt it at once. The ones that had arrived stayed where they were. The ones that were still on their way turned around and went home. And the cursor, which had been pushed along all day, stood still at last and blinked.

If you can read this, nobody pressed it. The end.`;
