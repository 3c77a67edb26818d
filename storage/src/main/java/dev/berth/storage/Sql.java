package dev.berth.storage;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** SQL on one connection, with each statement prepared once. For one thread. */
final class Sql {
  private final Connection connection;
  private final Map<String, PreparedStatement> prepared = new HashMap<>();

  Sql(Connection connection) {
    this.connection = connection;
  }

  /** Reads one value out of the current row. */
  interface Row<T> {
    T read(ResultSet columns) throws SQLException;
  }

  /** Runs any number of statements without parameters. */
  void script(String statements) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(statements);
    }
  }

  int update(String statement, @Nullable Object... parameters) throws SQLException {
    return bound(statement, parameters).executeUpdate();
  }

  <T> List<T> list(String query, Row<T> row, @Nullable Object... parameters) throws SQLException {
    List<T> found = new ArrayList<>();
    try (ResultSet columns = bound(query, parameters).executeQuery()) {
      while (columns.next()) {
        found.add(row.read(columns));
      }
    }
    return found;
  }

  <T> Optional<T> first(String query, Row<T> row, @Nullable Object... parameters)
      throws SQLException {
    return list(query, row, parameters).stream().findFirst();
  }

  /** Statements belong to the connection and are closed with it. */
  private PreparedStatement bound(String text, @Nullable Object... parameters) throws SQLException {
    PreparedStatement statement = prepared.get(text);
    if (statement == null) {
      statement = connection.prepareStatement(text);
      prepared.put(text, statement);
    }
    for (int i = 0; i < parameters.length; i++) {
      statement.setObject(i + 1, parameters[i]);
    }
    return statement;
  }
}
