import { describeCalls } from '../support/calls.js';

// A minute.
describeCalls(6_000);
