// Names come from strangers: control characters and those that turn the direction of text are shown, not obeyed.

const CONTROL_PICTURES = 0x2400;
const DELETE = 0x7f;
const DELETE_PICTURE = '\u2421';
const REPLACEMENT = '\ufffd';
const UNSAFE = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\u061c\u2028\u2029]/gu;

/** `name` with every character visible. */
export function visibleName(name: string): string {
  return name.replace(UNSAFE, (character) => {
    const code = character.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(CONTROL_PICTURES + code);
    return code === DELETE ? DELETE_PICTURE : REPLACEMENT;
  });
}

/** How much of the end of a long name always stays: the extension and what tells apart names of a series. */
const TAIL_LENGTH = 9;
const SHORT_LENGTH = 12;

/** A name in two parts, of which the first may be shortened. */
export function splitName(name: string): { readonly head: string; readonly tail: string } {
  const letters = [...name];
  if (letters.length <= SHORT_LENGTH) return { head: name, tail: '' };
  return { head: letters.slice(0, -TAIL_LENGTH).join(''), tail: letters.slice(-TAIL_LENGTH).join('') };
}
