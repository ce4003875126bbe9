import { bytesToHex } from '@portico/bytes';

/**
 * The 4 or 16 octets of an IP address in text: dotted decimal (RFC 6943 section 3.1.1, strict form) or RFC 4291
 * section 2.2, in brackets or not; null for anything else, zones (`%eth0`) included.
 */
export function parseIpAddress(text: string): Uint8Array | null {
  if (text.startsWith('[') && text.endsWith(']')) return parseIpv6(text.slice(1, -1));
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

/** Dotted decimal, or the form of RFC 5952; for any other length hexadecimal. */
export function ipAddressToText(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join('.');
  if (octets.length !== 16) return bytesToHex(octets);
  const groups = Array.from({ length: 8 }, (_, i) => ((octets[2 * i] as number) << 8) | (octets[2 * i + 1] as number));
  const text = groups.map((group) => group.toString(16)).join(':');
  // RFC 5952 section 4.2: the longest run of at least two zero groups, the first of equals, becomes `::`.
  const runs = text.match(/\b0(?::0\b)+/g) ?? [];
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '');
  return longest === '' ? text : text.replace(new RegExp(`:?\\b${longest}\\b:?`), '::');
}

function parseIpv4(text: string): Uint8Array | null {
  const parts = text.split('.');
  if (parts.length !== 4) return null;
  const octets = new Uint8Array(4);
  for (const [index, part] of parts.entries()) {
    // Leading zeros are refused: they mean octal to some readers.
    if (!/^(?:0|[1-9][0-9]{0,2})$/.test(part) || Number(part) > 255) return null;
    octets[index] = Number(part);
  }
  return octets;
}

function parseIpv6(text: string): Uint8Array | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [head, tail] = halves.map((half, index) => parseGroups(half, index === halves.length - 1 ? 'end' : 'start'));
  if (head === null || head === undefined || tail === null) return null;
  const zeros = 16 - head.length - (tail?.length ?? 0);
  if (tail === undefined ? zeros !== 0 : zeros < 2) return null;
  return Uint8Array.from([...head, ...new Array<number>(zeros).fill(0), ...(tail ?? [])]);
}

/** Groups between colons; at the very end of an address two may be written as dotted decimal (RFC 4291 section 2.2, form 3). */
function parseGroups(text: string, place: 'start' | 'end'): number[] | null {
  if (text === '') return [];
  const octets: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (place === 'end' && index === parts.length - 1 && part.includes('.')) {
      const embedded = parseIpv4(part);
      if (embedded === null) return null;
      octets.push(...embedded);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return null;
      const value = parseInt(part, 16);
      octets.push(value >> 8, value & 0xff);
    }
  }
  return octets;
}
