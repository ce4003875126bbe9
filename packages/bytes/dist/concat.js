/** Joins the parts into one fresh array; the parts are copied. */
export function concatBytes(...parts) {
    let length = 0;
    for (const part of parts)
        length += part.length;
    const joined = new Uint8Array(length);
    let offset = 0;
    for (const part of parts) {
        joined.set(part, offset);
        offset += part.length;
    }
    return joined;
}
//# sourceMappingURL=concat.js.map