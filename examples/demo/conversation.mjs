// Three conversations of one made-up person with two agents of a travel desk. Written for this demo.

const user = (content) => ({ role: 'user', speakerName: 'Maya', content });
const agent = (content) => ({ role: 'assistant', content });
const tool = (name, call, content) => ({
  role: 'tool',
  content,
  toolCalls: [{ name, arguments: JSON.stringify(call) }],
});

const timetable = (from, to) =>
  Array.from(
    { length: 18 },
    (_, i) =>
      `${from}–${to} train ${510 + i * 7}: departs ${6 + i}:${i % 2 ? '40' : '05'}, arrives ${9 + i}:${i % 2 ? '55' : '20'}, ` +
      `platform ${1 + (i % 6)}, ${i % 4 ? 'direct' : 'one change'}, second class ${38 + i} EUR, first class ${61 + i} EUR, ` +
      `window seats left ${(i * 3) % 11}, aisle seats left ${(i * 5) % 13}`,
  ).join('; ');

export const USER = 'maya';
export const PLANNER = 'planner';
export const BOOKER = 'booker';
export const TEAM = 'travel-desk';

export const SESSIONS = [
  {
    name: 'monday',
    agent: PLANNER,
    day: '2026-03-02',
    title: 'Monday: Maya introduces herself to the planner',
    turns: [
      user('Hi there!'),
      agent('Hello, how can I help you?'),
      user('I live in Porto, and I work at Brightloom.'),
      user('I prefer window seats, and I prefer short answers.'),
      user('I am working on the Harbour project.'),
      agent('Noted: window seats, and short answers.'),
      user('My budget for a trip is 300 euros at most.'),
      user('Which trains go to Madrid on Thursday?'),
      tool('timetable', { from: 'Porto', to: 'Madrid' }, timetable('Porto', 'Madrid')),
      agent('The best is train 517 at 7:40, direct.'),
      user('We decided to take the morning train.'),
      user('Thanks, bye!'),
    ],
  },
  {
    name: 'thursday',
    agent: PLANNER,
    day: '2026-03-12',
    title: 'Ten days later: one preference changes, one fact is corrected',
    turns: [
      user('Hello again'),
      user('I moved: I live in Valencia now, not in Porto.'),
      user('After that trip I no longer prefer window seats. I prefer aisle seats.'),
      agent('Aisle seats from now on.'),
      user('Which trains go to Madrid next week?'),
      tool('timetable', { from: 'Valencia', to: 'Madrid' }, timetable('Valencia', 'Madrid')),
      agent('Train 524 at 8:05 is direct.'),
      user('The meeting in Madrid is on 19 March 2026 at ten.'),
      user('ok'),
    ],
  },
  {
    name: 'monday-after',
    agent: BOOKER,
    day: '2026-03-16',
    title: 'Another agent takes over: the booker has never met Maya',
    turns: [user('Hi, you are to book my train?'), user('Please book it for the meeting in Madrid.')],
  },
];

export const HAND_OFF = {
  note: 'Maya travels to Madrid for the meeting on 19 March. Train 524 fits; an aisle seat, please. Not booked yet.',
  state: { task: 'book-train', to: 'Madrid', train: 524, isBooked: false },
};

export const QUESTIONS = [
  ['monday', 'Which seat does Maya prefer?'],
  ['thursday', 'Where does Maya live?'],
  ['monday-after', 'Which train does Maya take to the meeting in Madrid?'],
];
