package dev.berth.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Results as a table, for a terminal and for a page. */
final class ResultTable {
  private static final List<String> HEADER =
      List.of("What", "Berth", "Bare", "Ratio", "Target", "Met");

  private final List<Result> results;

  ResultTable(List<Result> results) {
    this.results = List.copyOf(results);
  }

  /** Columns of equal width. */
  String text() {
    List<List<String>> rows = rows();
    int[] widths = new int[HEADER.size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  String markdown() {
    List<List<String>> rows = rows();
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      text.append("| ").append(String.join(" | ", row)).append(" |\n");
      if (row == rows.get(0)) {
        text.append("|---".repeat(HEADER.size())).append("|\n");
      }
    }
    return text.toString();
  }

  private List<List<String>> rows() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEADER);
    results.forEach(result -> rows.add(row(result)));
    return rows;
  }

  private static List<String> row(Result result) {
    Unit unit = result.unit();
    return List.of(
        result.what(),
        figure(unit, result.ours()),
        result.bare().map(bare -> figure(unit, bare.value())).orElse(""),
        result.bare().map(bare -> ratio(bare.ratio())).orElse(""),
        result.target().text(),
        met(result));
  }

  private static String figure(Unit unit, Estimate value) {
    return value.isExact()
        ? unit.text(value.median())
        : unit.text(value.median()) + range(unit.number(value.low()), unit.number(value.high()));
  }

  private static String ratio(Estimate ratio) {
    return two(ratio.median()) + range(two(ratio.low()), two(ratio.high()));
  }

  private static String range(String low, String high) {
    return " (" + low + "–" + high + ")";
  }

  private static String two(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  private static String met(Result result) {
    if (result.target() instanceof Target.None) {
      return "";
    }
    return result.target().isMet(result) ? "yes" : "no";
  }
}
