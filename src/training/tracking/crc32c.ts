/** Reversed polynomial of CRC-32C (Castagnoli). */
const POLYNOMIAL = 0x82f63b78;

let table: Uint32Array | undefined;

function makeTable(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
    return value >>> 0;
  });
}

/** CRC-32C of bytes (RFC 3720, appendix B.4), unsigned. */
export function crc32c(bytes: Uint8Array): number {
  table ??= makeTable();
  let value = 0xffffffff;
  for (const byte of bytes) value = table[(value ^ byte) & 0xff] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

/** CRC-32C as TFRecord stores it: rotated right by 15 bits plus a constant, so that checksums of checksums differ. */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
