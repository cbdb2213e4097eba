/** A question about facts, and what has to be among the first memories: the statement behind the answer. */
export interface GraphQuestionCase {
  readonly kind: 'alias' | 'multi-hop' | 'speaker';
  readonly question: string;
  /** A part of the memory that answers it. */
  readonly answer: string;
}

/** What Mara has said, in her words: statements that questions need, with one or two steps between them. */
export const STATEMENTS: readonly string[] = [
  'My sister Ilse moved to Tallinn.',
  'Ilse lives in Tallinn.',
  'Ilse works at Borealis Freight.',
  'My brother Tomas lives in Graz.',
  'Tomas works at Kessler Optics.',
  'My boss is Henrike.',
  'Henrike lives in Ghent.',
  'I work on the Heron project.',
  'Jonas works on the Heron project.',
  'The Heron project uses Postgres.',
  'I work at Lindqvist Marine.',
  'I live in Malmö.',
  'I prefer oat milk.',
  'I hate coriander.',
  "I'm allergic to shellfish.",
  'My dentist is Ruben.',
  'My daughter Signe plays the cello.',
  'Signe is a member of the Harbour Choir.',
  'Jonas lives in Aarhus.',
  'The Pelican project uses Kafka.',
  'Priya works on the Pelican project.',
  'Priya works at Sable Analytics.',
  'My friend Otto owns a sailboat.',
  'Otto lives in Lübeck.',
];

/** Talk in the words of the questions that answers none of them. */
export const DISTRACTORS: readonly string[] = [
  'My sister called about the weather again, it rained all week there.',
  'My sister and I argued about which city has the better bakeries.',
  'We talked for an hour about where people want to live when they are old.',
  'The city council closed the road by the harbour for the whole of May.',
  'My brother sent a picture of a very large pumpkin.',
  'My brother asks every year which company to buy shares of.',
  'Which employer pays for lunch these days, we wondered at the table.',
  'My boss asked for the slides before noon.',
  'My boss was late, the train stood still outside of town.',
  'A boss should live close to the office, somebody said in the kitchen.',
  'Somebody asked who else comes to the party on Friday.',
  'The project meeting was moved to the small room.',
  'This project takes longer than anybody had thought.',
  'Every project needs a database sooner or later, the consultant said.',
  'The office moved its coffee machine to the second floor.',
  'My home needs a new roof, and the gutter leaks.',
  'The recipe asks for milk, flour and three eggs.',
  'Food at the canteen was cold again, and the soup was salty.',
  'We ordered dinner for nine people and it came an hour late.',
  'My daughter lost her left glove on the bus.',
  'My daughter wants to stay up late on Fridays.',
  'The team lunch was fun, everybody told a story.',
  'Which group is louder, the drummers or the dancers, nobody could say.',
  'My friend wrote a long letter about his trip to the coast.',
  'My friend said the boat race was called off for the storm.',
  'The dentist sent a reminder card with a tooth on it.',
  'The meeting about the framework was boring, and tools were compared for hours.',
  'Work was quiet, so the colleagues cleaned out the cupboards.',
  'The company outing goes to the lake this summer, with a grill.',
  'People I know from school came by with cake.',
];

export const QUESTIONS: readonly GraphQuestionCase[] = [
  { kind: 'alias', question: 'Which city is my sister in?', answer: 'Tallinn' },
  { kind: 'alias', question: 'What company employs my sister?', answer: 'Borealis' },
  { kind: 'alias', question: 'Which town does my brother call home?', answer: 'Graz' },
  { kind: 'alias', question: "What is my brother's employer?", answer: 'Kessler' },
  { kind: 'alias', question: 'Where is the home of my boss?', answer: 'Ghent' },
  { kind: 'alias', question: 'Which group did my daughter join?', answer: 'Harbour Choir' },
  { kind: 'alias', question: 'In what town is my friend living?', answer: 'Lübeck' },
  { kind: 'multi-hop', question: 'Who else is on my project?', answer: 'Jonas works on' },
  { kind: 'multi-hop', question: 'What database does my project use?', answer: 'Postgres' },
  { kind: 'multi-hop', question: "Which tool does Priya's project use?", answer: 'Kafka' },
  { kind: 'multi-hop', question: 'Which company do the people of Pelican work at?', answer: 'Sable' },
  { kind: 'speaker', question: 'Which company is my employer?', answer: 'Lindqvist' },
  { kind: 'speaker', question: 'In which city is my home?', answer: 'Malmö' },
  { kind: 'speaker', question: 'What food should we not order for me?', answer: 'shellfish' },
  { kind: 'speaker', question: 'What do I like in my coffee?', answer: 'oat milk' },
  { kind: 'speaker', question: 'What do I dislike on my plate?', answer: 'coriander' },
];
