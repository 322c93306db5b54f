import { commentCases } from '../cases/reports/comments.ts';
import { besideGithub } from './embedded.ts';

commentCases(besideGithub());
