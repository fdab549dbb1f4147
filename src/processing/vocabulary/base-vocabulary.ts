import type { TokenText } from '../../records/sample';

/**
 * Tokens every closed vocabulary starts with, whatever the data: entry 0 is EMPTY (written as an `end` token, which
 * no edit may write), then layout, keywords, operators and punctuation, literals, built-in and common names.
 * Append only: a checkpoint's heads count on these indices.
 */
export const BASE_VOCABULARY: readonly TokenText[] = [
  { kind: 'end', text: '' },
  { kind: 'newline', text: '' },
  { kind: 'indent', text: '' },
  { kind: 'dedent', text: '' },
  ...words(
    'keyword',
    `False None True and as assert async await break class continue def del elif else except finally for from
    global if import in is lambda nonlocal not or pass raise return try while with yield`,
  ),
  ...words(
    'op',
    `( ) [ ] { } , : . ; @ = -> := + - * / // % ** << >> & | ^ ~ < > <= >= == != += -= *= /= //= %= @= &= |= ^=
    >>= <<= **= ... !`,
  ),
  ...words(
    'number',
    `0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 20 24 30 31 32 50 60 63 64 80 100 127 128 200 255 256 400 404 500 512
    1000 1024 3600 4096 8192 65535 65536 0.0 0.1 0.5 1.0 2.0 10.0 100.0 1e-6 0xff`,
  ),
  ...words(
    'string',
    `'' "" b'' b"" ' ' "'" '"' '\\n' "\\n" '\\t' ',' ", " ', ' '.' ":" ':' '/' '-' '_' '=' '*' '#' 'r' 'w' 'rb' 'wb'
    'a' "r" "w" "rb" "wb" 'utf-8' "utf-8" 'ascii' '__main__' "__main__" 'name' "name" 'id' 'type'`,
    splitStrings,
  ),
  ...words(
    'name',
    `abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex
    delattr dict dir divmod enumerate eval exec filter float format frozenset getattr globals hasattr hash help hex
    id input int isinstance issubclass iter len list locals map max memoryview min next object oct open ord pow
    print property range repr reversed round set setattr slice sorted staticmethod str sum super tuple type vars zip
    NotImplemented Ellipsis __name__ __file__ __doc__ __import__
    BaseException Exception ArithmeticError AssertionError AttributeError BlockingIOError BrokenPipeError BufferError
    BytesWarning ChildProcessError ConnectionAbortedError ConnectionError ConnectionRefusedError
    ConnectionResetError DeprecationWarning EOFError EncodingWarning EnvironmentError FileExistsError
    FileNotFoundError FloatingPointError FutureWarning GeneratorExit IOError ImportError ImportWarning
    IndentationError IndexError InterruptedError IsADirectoryError KeyError KeyboardInterrupt LookupError
    MemoryError ModuleNotFoundError NameError NotADirectoryError NotImplementedError OSError OverflowError
    PendingDeprecationWarning PermissionError ProcessLookupError RecursionError ReferenceError ResourceWarning
    RuntimeError RuntimeWarning StopAsyncIteration StopIteration SyntaxError SyntaxWarning SystemError SystemExit
    TabError TimeoutError TypeError UnboundLocalError UnicodeDecodeError UnicodeEncodeError UnicodeError
    UnicodeTranslateError UnicodeWarning UserWarning ValueError Warning ZeroDivisionError ExceptionGroup
    BaseExceptionGroup`,
  ),
  ...words(
    'name',
    `self cls args kwargs match case _ x y z i j k n m a b c d e f g s t p q v w key value item items name names
    data result results other index count size length start end stop step line lines text path file obj func node
    msg message error err exc code mode url host port user request response config options params default parent
    child children left right first last prev current total append extend insert remove pop clear copy update get
    keys values add discard sort reverse split join strip lstrip rstrip replace startswith endswith lower upper
    find encode decode read write readline readlines close seek flush send recv run main call callback handler
    logger log debug info warning os sys re json time datetime math random logging collections itertools functools
    typing __init__ __class__ __dict__ __call__ __enter__ __exit__ __iter__ __next__ __len__ __eq__ __repr__
    __str__ __getitem__ __setitem__`,
  ),
];

function words(
  kind: TokenText['kind'],
  text: string,
  split: (text: string) => string[] = (line) => line.split(/\s+/),
): TokenText[] {
  return split(text.trim()).map((word) => ({ kind, text: word }));
}

/** String literals may hold spaces: they are told apart by their quotes. */
function splitStrings(text: string): string[] {
  return text.match(/b?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")/g) ?? [];
}
