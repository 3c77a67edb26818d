package dev.berth.cli.output;

import dev.berth.domain.DomainSnapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Domains, a row each: for people in columns, for programs as CSV. */
public final class DomainTable {
  private final DomainText words;
  private final Colour colour;

  /** Tables with ages as of that moment. */
  public DomainTable(Instant now, Colour colour) {
    this.words = new DomainText(now);
    this.colour = colour;
  }

  /** A row for each domain in the usual columns; one that is empty throughout is left out. */
  public String rows(List<DomainSnapshot> domains) {
    return table(domains, DomainColumn.FOR_PEOPLE).withoutEmptyColumns().lines();
  }

  /** A row for each domain in those columns. */
  public String rows(List<DomainSnapshot> domains, List<DomainColumn> columns) {
    return table(domains, columns).lines();
  }

  /** CSV with a heading: RFC 4180, save that a line ends in a line feed alone. */
  public String csv(List<DomainSnapshot> domains, List<DomainColumn> columns) {
    StringBuilder lines = new StringBuilder(Csv.line(headings(columns)));
    for (DomainSnapshot domain : domains) {
      List<String> row = new ArrayList<>();
      for (DomainColumn column : columns) {
        row.add(column.of(domain, words));
      }
      lines.append('\n').append(Csv.line(row));
    }
    return lines.toString();
  }

  private Table table(List<DomainSnapshot> domains, List<DomainColumn> columns) {
    List<String> headings = new ArrayList<>();
    for (DomainColumn column : columns) {
      headings.add(column.name());
    }
    Table table = new Table(headings.toArray(new String[0]));
    for (DomainSnapshot domain : domains) {
      Table.Cell[] row = new Table.Cell[columns.size()];
      for (int i = 0; i < row.length; i++) {
        row[i] = cell(domain, columns.get(i));
      }
      table.row(row);
    }
    return table;
  }

  private Table.Cell cell(DomainSnapshot domain, DomainColumn column) {
    String text = column.of(domain, words);
    return column == DomainColumn.STATE
        ? new Table.Cell(text, colour.paint(domain.status().state(), text))
        : Table.cell(text);
  }

  private static List<String> headings(List<DomainColumn> columns) {
    List<String> headings = new ArrayList<>();
    for (DomainColumn column : columns) {
      headings.add(column.text());
    }
    return headings;
  }
}
