import type { Inventory } from './inventory.ts';
import type { Answer, Credentials, Question, ServersDescription } from './protocol.ts';

/** Handlers of the server process. */
export interface Answers {
  inventory(prefix: string): Promise<Inventory>;
  empty(): Promise<void>;
  openSession(): Promise<Credentials>;
}

/** Reports the start to the parent process, and answers its requests until it ends. */
export function serve(description: ServersDescription, answers: Answers): void {
  process.on('message', (question: Question) => {
    void answer(answers, question).then((given) => process.send?.(given));
  });
  process.on('disconnect', () => process.exit());
  process.send?.(description);
}

async function answer(answers: Answers, question: Question): Promise<Answer> {
  try {
    if (question.ask === 'session') return { credentials: await answers.openSession() };
    if (question.ask === 'empty') await answers.empty();
    return { inventory: await answers.inventory(question.ask === 'empty' ? '' : question.prefix) };
  } catch (error) {
    return { error: String(error) };
  }
}
