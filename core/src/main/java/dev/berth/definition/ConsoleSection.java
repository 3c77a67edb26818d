package dev.berth.definition;

import dev.berth.domain.ByteSize;
import java.util.List;

/** The keys of {@code console}. */
final class ConsoleSection {
  private static final Key<ByteSize, ByteSize> LOG_LIMIT =
      Key.defaulted(
          "log-limit",
          new SizeType(
              new ByteSize(64 << 10),
              ByteSize.mebibytes(1024),
              new ByteSize(1),
              ByteSize.mebibytes(1)),
          ByteSize.mebibytes(1),
          limit -> limit,
          "The size at which the log of what the guest prints is cut to its newer half.");

  static final Section<ByteSize> SECTION =
      new Section<>(
          "a console",
          List.of(LOG_LIMIT),
          (values, place) -> {},
          values -> values.of(LOG_LIMIT),
          schema -> {});

  private ConsoleSection() {}
}
