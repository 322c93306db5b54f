#!/usr/bin/env node
import { checkNodeForCommand } from './node.ts';

if (checkNodeForCommand()) await (await import('./index.ts')).command();
