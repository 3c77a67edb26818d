package dev.berth.docs;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import javassist.bytecode.AccessFlag;

/**
 * What a declaration says of itself that programs can notice, as a word and as the bit of class
 * files.
 */
enum ApiFlag {
  PUBLIC(AccessFlag.PUBLIC),
  PROTECTED(AccessFlag.PROTECTED),
  STATIC(AccessFlag.STATIC),
  ABSTRACT(AccessFlag.ABSTRACT),
  FINAL(AccessFlag.FINAL),
  VARARGS(AccessFlag.VARARGS),
  INTERFACE(AccessFlag.INTERFACE),
  ANNOTATION(AccessFlag.ANNOTATION),
  ENUM(AccessFlag.ENUM);

  final int bit;

  ApiFlag(int bit) {
    this.bit = bit;
  }

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The words for what is set, each with a space behind it. */
  static String words(int bits) {
    return Arrays.stream(values())
        .filter(flag -> (bits & flag.bit) != 0)
        .map(flag -> flag.word() + " ")
        .collect(Collectors.joining());
  }

  static Optional<ApiFlag> of(String word) {
    return Arrays.stream(values()).filter(flag -> flag.word().equals(word)).findFirst();
  }

  /** Whether a member with these bits is for others to use, and written by us. */
  static boolean isVisible(int bits) {
    return (bits & (PUBLIC.bit | PROTECTED.bit)) != 0 && (bits & AccessFlag.SYNTHETIC) == 0;
  }
}
