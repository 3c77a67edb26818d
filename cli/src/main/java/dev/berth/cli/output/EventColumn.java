package dev.berth.cli.output;

import dev.berth.domain.DomainEvent;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What a line can show of an event. */
public enum EventColumn {
  SEQUENCE,
  TIME,
  NAME,
  UUID,
  TYPE,
  ACTOR,
  ATTRIBUTES;

  /** Those of a line for people where nobody says otherwise. */
  public static final List<EventColumn> FOR_PEOPLE =
      List.of(SEQUENCE, TIME, NAME, TYPE, ACTOR, ATTRIBUTES);

  /** Those of CSV where nobody says otherwise. New ones come last. */
  public static final List<EventColumn> FOR_PROGRAMS = List.of(values());

  /** The column as it is named on the command line and by CSV's first line. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** CSV's first line. */
  public static String csvHeading(List<EventColumn> columns) {
    List<String> names = new ArrayList<>();
    columns.forEach(column -> names.add(column.text()));
    return Csv.line(names);
  }

  /** An event as a line of CSV. */
  public static String csv(DomainEvent event, List<EventColumn> columns) {
    List<String> fields = new ArrayList<>();
    columns.forEach(column -> fields.add(column.of(event)));
    return Csv.line(fields);
  }

  /** For example {@code 17 2026-11-20T18:00:00Z web-1 domain.state user:root state=running}. */
  public static String line(DomainEvent event, List<EventColumn> columns) {
    StringBuilder line = new StringBuilder();
    for (EventColumn column : columns) {
      String text = column.of(event);
      boolean hasPlace = column != ATTRIBUTES; // the last of a line, and of any number
      line.append(line.isEmpty() || (text.isEmpty() && !hasPlace) ? "" : " ");
      line.append(text.isEmpty() && hasPlace ? "-" : text);
    }
    return Printable.line(line.toString());
  }

  private String of(DomainEvent event) {
    return switch (this) {
      case SEQUENCE -> Long.toString(event.sequence());
      case TIME -> event.time().truncatedTo(ChronoUnit.MILLIS).toString();
      case NAME -> event.name().orElse("");
      case UUID -> event.domain().map(java.util.UUID::toString).orElse("");
      case TYPE -> event.type();
      case ACTOR -> event.actor();
      case ATTRIBUTES -> attributes(event.attributes());
    };
  }

  private static String attributes(Map<String, String> attributes) {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, String> each : new TreeMap<>(attributes).entrySet()) {
      text.append(text.isEmpty() ? "" : " ");
      text.append(each.getKey()).append('=').append(quoted(each.getValue()));
    }
    return text.toString();
  }

  private static String quoted(String value) {
    return value.isEmpty() || value.contains(" ") ? '"' + value + '"' : value;
  }
}
