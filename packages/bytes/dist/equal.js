/** Compares without a data-dependent branch: the time depends on the lengths only. Use it for secrets and MACs. */
export function constantTimeEqual(left, right) {
    if (left.length !== right.length)
        return false;
    let difference = 0;
    for (let i = 0; i < left.length; i++)
        difference |= left[i] ^ right[i];
    return difference === 0;
}
/** Compares public bytes; stops at the first difference. */
export function bytesEqual(left, right) {
    if (left.length !== right.length)
        return false;
    for (let i = 0; i < left.length; i++)
        if (left[i] !== right[i])
            return false;
    return true;
}
//# sourceMappingURL=equal.js.map