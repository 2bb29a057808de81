"use strict";

/* MD5 (RFC 1321) of a text's UTF-8 bytes, in hexadecimal: SIP's digest asks for it and browsers do not offer it. */
function md5(text) {
  const bytes = new TextEncoder().encode(text);
  const words = new Uint32Array((((bytes.length + 8) >> 6) + 1) * 16);
  bytes.forEach((byte, at) => (words[at >> 2] |= byte << ((at % 4) * 8)));
  words[bytes.length >> 2] |= 0x80 << ((bytes.length % 4) * 8);
  words[words.length - 2] = bytes.length * 8;

  const rounds = [
    { turns: [7, 12, 17, 22], mix: (b, c, d) => (b & c) | (~b & d), word: (step) => step },
    { turns: [5, 9, 14, 20], mix: (b, c, d) => (b & d) | (c & ~d), word: (step) => 5 * step + 1 },
    { turns: [4, 11, 16, 23], mix: (b, c, d) => b ^ c ^ d, word: (step) => 3 * step + 5 },
    { turns: [6, 10, 15, 21], mix: (b, c, d) => c ^ (b | ~d), word: (step) => 7 * step },
  ];
  const state = new Uint32Array([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]);
  for (let block = 0; block < words.length; block += 16) {
    let [a, b, c, d] = state;
    for (let step = 0; step < 64; step++) {
      const { turns, mix, word } = rounds[step >> 4];
      const sine = Math.floor(Math.abs(Math.sin(step + 1)) * 2 ** 32);
      const sum = (a + mix(b, c, d) + sine + words[block + (word(step) % 16)]) | 0;
      const turn = turns[step % 4];
      [a, b, c, d] = [d, (b + ((sum << turn) | (sum >>> (32 - turn)))) | 0, b, c];
    }
    [a, b, c, d].forEach((value, at) => (state[at] += value));
  }
  return Array.from(new Uint8Array(state.buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
