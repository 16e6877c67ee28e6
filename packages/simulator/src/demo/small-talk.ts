import { ABILITIES, INTRODUCTION } from "./speeches.ts";

interface Reply {
  pattern: RegExp;
  text: string;
  /** The text says itself what the demo is, so that it needs no introduction before it. */
  introduces?: boolean;
}

const REPLIES: readonly Reply[] = [
  {
    pattern:
      /^(?:hi|hello|hey|hiya|yo|greetings|good (?:morning|afternoon|evening|day))\b(?: (?:there|you|all|zotpilot))?\W*$/i,
    text: `Hello! ${INTRODUCTION} The tools I use are real, though. You can ask me to:\n\n${ABILITIES}`,
    introduces: true,
  },
  {
    pattern: /^(?:hallo|moin|servus|guten (?:morgen|tag|abend)|grüß (?:gott|dich))(?!\p{L}).*$/iu,
    text: `Hallo! ${INTRODUCTION} I understand a little German, but I answer in English. You can ask me to:\n\n${ABILITIES}`,
    introduces: true,
  },
  {
    pattern:
      /^(?:(?:thanks|thank you|thx|danke(?: dir)?|great|nice|cool|perfect|well done|super)(?: (?:a lot|so much|very much|for .{1,30}))?[\s,.!]*)+$/i,
    text: "You are welcome.",
  },
  { pattern: /^(?:bye|goodbye|see you|ciao|tschüss)(?!\p{L}).*$/iu, text: "Goodbye." },
  {
    pattern:
      /^(?:who|what) (?:are|r) (?:you|u)\b|^are you\b|^(?:which|what) (?:ai |language )?model\b|^what is (?:this|zotpilot)\b|^wer bist du/i,
    text: `${INTRODUCTION} I find a few kinds of request in what you write, and call the tools of the program for them. For answers from a real model, sign in to GitHub Copilot with \`zotpilot login\`.`,
    introduces: true,
  },
  {
    pattern:
      /^\W*(?:help|hilfe|\?|what (?:can|do|could) (?:you|i|u)\b.*|how does this work|was kannst du.*)\W*$/i,
    text: `You can ask me to:\n\n${ABILITIES}\n\nFor answers from a real model, sign in to GitHub Copilot with \`zotpilot login\`.`,
  },
];

/** Whether this asks for nothing but a friendly word. */
export function isSmallTalk(text: string): boolean {
  return REPLIES.some(({ pattern }) => pattern.test(text.trim()));
}

/** What to say to a prompt that asks for no task. The introduction comes first where it is due. */
export function smallTalk(prompt: string, isFirstAnswer: boolean): string {
  const reply = REPLIES.find(({ pattern }) => pattern.test(prompt.trim()));
  const introduction = isFirstAnswer && reply?.introduces !== true ? `${INTRODUCTION} ` : "";
  if (reply !== undefined) return introduction + reply.text;
  const said = `I did not understand that, because I only know a few kinds of request:\n\n${ABILITIES}`;
  return `${introduction}${said}\n\nFor anything else, sign in to GitHub Copilot with \`zotpilot login\`.`;
}
