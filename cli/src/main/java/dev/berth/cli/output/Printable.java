package dev.berth.cli.output;

/** Makes text that guests and QEMU can influence fit for a terminal. */
public final class Printable {

  private Printable() {}

  /** The text with control characters, line ends and escape sequences among them, as {@code ?}. */
  public static String line(String untrusted) {
    StringBuilder clean = new StringBuilder(untrusted.length());
    for (int i = 0; i < untrusted.length(); i++) {
      clean.append(Character.isISOControl(untrusted.charAt(i)) ? '?' : untrusted.charAt(i));
    }
    return clean.toString();
  }

  /** The same, with its line ends and tabs kept. */
  public static String lines(String untrusted) {
    StringBuilder clean = new StringBuilder(untrusted.length());
    for (int i = 0; i < untrusted.length(); i++) {
      char each = untrusted.charAt(i);
      boolean layout = each == '\n' || each == '\t';
      clean.append(Character.isISOControl(each) && !layout ? '?' : each);
    }
    return clean.toString();
  }
}
