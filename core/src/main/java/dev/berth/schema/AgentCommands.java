package dev.berth.schema;

import dev.berth.json.Json;
import dev.berth.qapi.AgentSchema;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * What guest agents take, as far as the facts of the typed model tell: a guest's own agent names
 * its commands and no more. It may be older than some of them, or newer than all.
 */
public final class AgentCommands {
  private AgentCommands() {}

  /** Made when it is first asked for. */
  private static final class Made {
    static final QmpSchema SCHEMA = read();

    private static QmpSchema read() {
      try {
        return QmpSchema.read("", Json.read(AgentSchema.JSON));
      } catch (IOException e) {
        throw new UncheckedIOException("what was generated cannot be read", e);
      }
    }
  }

  /** An index of all that is known, without a version. */
  public static QmpSchema schema() {
    return Made.SCHEMA;
  }
}
