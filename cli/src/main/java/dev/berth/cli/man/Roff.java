package dev.berth.cli.man;

/** Text in man(7)'s language: its macros, and everything else so that it means itself. */
final class Roff {
  private final StringBuilder text = new StringBuilder();

  /** The heading of a section. */
  Roff section(String title) {
    return line(".SH " + quoted(title));
  }

  /** The heading of a part of a section. */
  Roff part(String title) {
    return line(".SS " + quoted(title));
  }

  /** The title of the whole. */
  Roff title(String name, int section, String source, String manual) {
    return line(
        ".TH " + quoted(name) + " " + section + " \"\" " + quoted(source) + " " + quoted(manual));
  }

  /** A paragraph. */
  Roff paragraph(String words) {
    return line(".PP").line(plain(words));
  }

  /** What is explained, in bold, and its explanation beside it. */
  Roff item(String term, String explanation) {
    return line(".TP").line("\\fB" + escaped(term) + "\\fR").line(plain(explanation));
  }

  /** A line of its own, without its text being set off. */
  Roff text(String words) {
    return line(plain(words));
  }

  @Override
  public String toString() {
    return text.toString();
  }

  private Roff line(String line) {
    text.append(line).append('\n');
    return this;
  }

  private static String quoted(String words) {
    return '"' + escaped(words).replace("\"", "\\(dq") + '"';
  }

  /** A line that is no request, whatever it begins with. */
  private static String plain(String words) {
    return words.startsWith(".") || words.startsWith("'") ? "\\&" + escaped(words) : escaped(words);
  }

  private static String escaped(String words) {
    return words
        .replace("\\", "\\e")
        .replace("-", "\\-")
        .replace("'", "\\(aq")
        .replace("…", "...")
        .replace("\n", " ");
  }
}
