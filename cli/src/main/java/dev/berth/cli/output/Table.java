package dev.berth.cli.output;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Left-aligned columns as wide as their widest cell. */
final class Table {
  private static final int GAP = 2;

  private final String[] headings;
  private final int[] widths;
  private final List<Cell[]> rows = new ArrayList<>();
  private boolean leavesEmptyColumnsOut;

  Table(String... headings) {
    this.headings = headings.clone();
    this.widths = new int[headings.length];
  }

  /**
   * A cell.
   *
   * @param text what it says
   * @param painted the same, with escape sequences that take no room
   */
  record Cell(String text, String painted) {}

  /** A cell without colour. */
  static Cell cell(String text) {
    return new Cell(text, text);
  }

  void row(Cell... cells) {
    for (int column = 0; column < cells.length; column++) {
      widths[column] = Math.max(widths[column], cells[column].text().length());
    }
    rows.add(cells.clone());
  }

  /** Leaves out columns whose cells are all empty, if there is a row at all. */
  Table withoutEmptyColumns() {
    leavesEmptyColumnsOut = true;
    return this;
  }

  /** The lines of the table, headings first. */
  String lines() {
    Cell[] top = new Cell[headings.length];
    for (int column = 0; column < headings.length; column++) {
      top[column] = cell(headings[column]);
    }
    int[] shown = shown();
    StringBuilder text = new StringBuilder();
    line(text, top, shown);
    for (Cell[] row : rows) {
      line(text.append('\n'), row, shown);
    }
    return text.toString();
  }

  /** The same as comma-separated values, the headings as names of columns. */
  String csv() {
    StringBuilder text = new StringBuilder();
    text.append(
        Csv.line(Arrays.stream(headings).map(each -> each.toLowerCase(Locale.ROOT)).toList()));
    for (Cell[] row : rows) {
      text.append('\n').append(Csv.line(Arrays.stream(row).map(Cell::text).toList()));
    }
    return text.toString();
  }

  private int[] shown() {
    return IntStream.range(0, headings.length)
        .filter(column -> !leavesEmptyColumnsOut || widths[column] > 0 || rows.isEmpty())
        .toArray();
  }

  private void line(StringBuilder text, Cell[] cells, int[] shown) {
    int blanks = 0;
    for (int column : shown) {
      Cell cell = cells[column];
      if (!cell.text().isEmpty()) {
        text.append(" ".repeat(blanks)).append(cell.painted());
        blanks = 0;
      }
      int width = Math.max(widths[column], headings[column].length());
      blanks += width - cell.text().length() + GAP;
    }
  }
}
