import { describeCalls } from './support/calls.js';

// Three seconds; a minute of it is among the full tests.
describeCalls(300);
