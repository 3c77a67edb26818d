package dev.berth.cli.output;

import java.util.List;

/** Lines of comma-separated values, quoted as RFC 4180 says. */
final class Csv {
  private Csv() {}

  /** A line, without its end. */
  static String line(List<String> fields) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < fields.size(); i++) {
      line.append(i == 0 ? "" : ",").append(field(Printable.line(fields.get(i))));
    }
    return line.toString();
  }

  private static String field(String text) {
    boolean isPlain = text.indexOf(',') < 0 && text.indexOf('"') < 0;
    return isPlain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
