package dev.berth.storage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.domain.DomainEvent;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** The table of events, oldest dropped first. */
final class EventTable {
  /** Most events dropped in one group, so that no commit waits for a long clean-up. */
  private static final int DROPPED_AT_ONCE = 1000;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<Map<String, String>> ATTRIBUTES = new TypeReference<>() {};

  private final Sql sql;

  EventTable(Sql sql) {
    this.sql = sql;
  }

  /**
   * What the table holds.
   *
   * @param count number of events
   * @param oldest lowest sequence number, 0 for none
   */
  record Stock(long count, long oldest) {}

  Stock stock() throws SQLException {
    long count = sql.first("SELECT COUNT(*) FROM events", row -> row.getLong(1)).orElse(0L);
    return new Stock(count, oldest());
  }

  void append(DomainEvent event) throws SQLException {
    sql.update(
        "INSERT INTO events (sequence, time, domain, name, type, actor, attributes)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?)",
        event.sequence(),
        event.time(),
        event.domain().orElse(null),
        event.name().orElse(null),
        event.type(),
        event.actor(),
        encode(event.attributes()));
  }

  List<DomainEvent> after(long sequence, int limit) throws SQLException {
    return sql.list(
        "SELECT sequence, time, domain, name, type, actor, attributes FROM events"
            + " WHERE sequence > ? ORDER BY sequence LIMIT ?",
        EventTable::event,
        sequence,
        limit);
  }

  /** Drops the oldest events beyond that number, and those older than that time. */
  Stock trim(Stock stock, long keep, Instant notBefore) throws SQLException {
    long cutoff = stock.oldest() - 1;
    long excess = Math.min(stock.count() - keep, DROPPED_AT_ONCE);
    if (excess > 0) {
      cutoff =
          sql.first(
                  "SELECT sequence FROM events ORDER BY sequence LIMIT 1 OFFSET ?",
                  row -> row.getLong(1),
                  excess - 1)
              .orElse(cutoff);
    }
    cutoff = Math.max(cutoff, lastBefore(notBefore, cutoff));
    if (stock.count() == 0 || cutoff < stock.oldest()) {
      return stock;
    }
    int dropped = sql.update("DELETE FROM events WHERE sequence <= ?", cutoff);
    return new Stock(stock.count() - dropped, oldest());
  }

  /** The end of the run of old events at the table's beginning. */
  private long lastBefore(Instant time, long otherwise) throws SQLException {
    List<Age> oldest = ages(otherwise, 1);
    if (oldest.isEmpty() || !oldest.get(0).time().isBefore(time)) {
      return otherwise;
    }
    long last = otherwise;
    for (Age age : ages(otherwise, DROPPED_AT_ONCE)) {
      if (!age.time().isBefore(time)) {
        break;
      }
      last = age.sequence();
    }
    return last;
  }

  /** When an event happened. */
  private record Age(long sequence, Instant time) {}

  private List<Age> ages(long after, int limit) throws SQLException {
    return sql.list(
        "SELECT sequence, time FROM events WHERE sequence > ? ORDER BY sequence LIMIT ?",
        row -> new Age(row.getLong(1), row.getObject(2, Instant.class)),
        after,
        limit);
  }

  private long oldest() throws SQLException {
    return sql.first("SELECT MIN(sequence) FROM events", row -> row.getLong(1)).orElse(0L);
  }

  private static DomainEvent event(ResultSet row) throws SQLException {
    return new DomainEvent(
        row.getLong("sequence"),
        row.getObject("time", Instant.class),
        Optional.ofNullable(row.getObject("domain", UUID.class)),
        Optional.ofNullable(row.getString("name")),
        row.getString("type"),
        row.getString("actor"),
        decode(row.getString("attributes")));
  }

  private static String encode(Map<String, String> attributes) {
    try {
      return JSON.writeValueAsString(new TreeMap<>(attributes));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a map of strings is always JSON", e);
    }
  }

  private static Map<String, String> decode(String attributes) throws SQLException {
    try {
      return JSON.readValue(attributes, ATTRIBUTES);
    } catch (JsonProcessingException e) {
      throw new SQLException("an event's attributes are no JSON: " + attributes, e);
    }
  }
}
