import fc from 'fast-check';

/**
 * Property tests look at the same cases in each run: a rare disagreement is then found by whoever looks for one, and not
 * in somebody else's change. `PROPERTY_SEED=random` looks at new cases, `PROPERTY_SEED=123` at those of that seed.
 */
const { PROPERTY_SEED = '9846' } = process.env;
if (PROPERTY_SEED !== 'random') fc.configureGlobal({ seed: Number(PROPERTY_SEED) });
