export {
  addressOfRecord,
  canonicalHost,
  canonicalTelUri,
  comparableUri,
  sameUri,
  type ComparableSipUri,
  type ComparableUri,
} from './uri/equality.js';
