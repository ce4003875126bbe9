/** The value of the first header of that name; names are compared without case. */
export function msrpHeader(message, name) {
    const wanted = name.toLowerCase();
    return message.headers.find((header) => header.name.toLowerCase() === wanted)?.value;
}
/** The URIs of To-Path or From-Path, leftmost first, as text (section 9). */
export function msrpPath(message, name) {
    const value = msrpHeader(message, name);
    return value === undefined ? [] : value.split(' ').filter((uri) => uri !== '');
}
//# sourceMappingURL=message.js.map