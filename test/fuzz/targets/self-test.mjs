/** A target with a fault, by which the command's own test sees that faults are found and reported. */
export const target = {
  name: 'self-test',
  generate: () => Uint8Array.of(1, 2, 3, 0xbd, 5, 6, 7, 8),
  run: (input) => {
    if (input.includes(0xbd)) throw new Error('found the planted fault');
    return 'fine';
  },
};
