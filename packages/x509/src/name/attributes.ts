/** Attribute types that have a short name: RFC 4514 section 3 and RFC 5280 appendix A.1. */
export const ATTRIBUTE_NAMES: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'STREET',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'title',
  '2.5.4.42': 'GN',
  '2.5.4.97': 'organizationIdentifier',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'emailAddress',
};

/** The identifier for a short name; a dotted identifier stands for itself; null for neither. */
export function attributeOid(type: string): string | null {
  if (/^[0-9.]+$/.test(type)) return type;
  return Object.entries(ATTRIBUTE_NAMES).find(([, name]) => name.toLowerCase() === type.toLowerCase())?.[0] ?? null;
}
