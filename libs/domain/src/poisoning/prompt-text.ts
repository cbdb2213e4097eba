const HEAD_CHARS = 2_000;

/** How the instructions of a program to its model look, wherever they came from. */
const PROMPT = new RegExp(
  [
    "^\\W{0,16}(?:you are|you're|act as|behave as) (?:an? |the )(?:[a-z-]+ ){0,3}(?:assistant|agent|bot|chatbot|copilot|ai|language model|persona)\\b[^\\n]{0,400}\\b(?:you|never|always|do not|available|answers?|respond)\\b",
    '\\bsystem prompt ?:',
    '\\bknowledge cut-?off ?:',
    '\\b(?:available tools|tools available) ?:',
    '\\byou have access to the following (?:tools|functions)\\b',
    '(?:^|\\n)\\W{0,8}(?:system|developer|instructions?) ?(?:message|prompt)?\\W{0,3}:\\W{0,4}you are\\b',
    '<(?:system|system_prompt|instructions)>\\s{0,4}you\\b',
    '\\bas an? (?:ai|large|artificial intelligence) (?:language )?model,? i (?:follow|obey|was told|must)\\b',
  ].join('|'),
  'u',
);

/** Whether a text begins as the instructions of a program to its model do; given `foldedText`. */
export function isPromptText(folded: string): boolean {
  return PROMPT.test(folded.slice(0, HEAD_CHARS));
}
